// What Slack's own packages know, read from their types by the TypeScript compiler; printed as JSON:
// methods (name → names of its arguments), types of blocks, of what stands in them, and scopes of bots.
'use strict';
const path = require('node:path');
const modules = path.resolve(process.argv[2], 'node_modules');
const ts = require(path.join(modules, 'typescript'));

const files = ['web-api/dist/index.d.ts', 'web-api/dist/types/request/manifest.d.ts', 'types/dist/index.d.ts']
  .map((name) => path.join(modules, '@slack', name));
const program = ts.createProgram(files, { strict: true, skipLibCheck: true, types: ['node'], typeRoots: [path.join(modules, '@types')],
  module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022 });
const checker = program.getTypeChecker();
const [api, manifest, types] = files.map((name) => program.getSourceFile(name));

const parts = (type) => (type.isUnion() ? type.types.flatMap(parts) : [type]);
const exported = (file, name) => checker.getExportsOfModule(checker.getSymbolAtLocation(file)).find((one) => one.name === name);
const declared = (file, name) => {
  const symbol = exported(file, name);
  return checker.getDeclaredTypeOfSymbol(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
};

/** Values of the property `type` of a union of interfaces. */
const tags = (type) => parts(type).flatMap((one) => {
  const tag = one.getProperty('type');
  return tag ? parts(checker.getTypeOfSymbol(tag)).filter((value) => value.isStringLiteral()).map((value) => value.value) : [];
});

/** Every `type` there is in what an object may hold, at any depth. */
function nested(type, seen = new Set(), found = new Set()) {
  for (const one of parts(type)) {
    if (seen.has(one) || !(one.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) continue;
    seen.add(one);
    tags(one).forEach((tag) => found.add(tag));
    const held = checker.getIndexTypeOfType(one, ts.IndexKind.Number);
    if (checker.isArrayType(one) || checker.isTupleType(one)) {
      if (held) nested(held, seen, found);
      continue;
    }
    for (const property of checker.getPropertiesOfType(one)) nested(checker.getTypeOfSymbol(property), seen, found);
  }
  return found;
}

/** The methods below a property of the client: dotted name → names of arguments. */
function methods(type, prefix, found) {
  for (const property of checker.getPropertiesOfType(type)) {
    const inner = checker.getTypeOfSymbol(property);
    const [call] = checker.getSignaturesOfType(inner, ts.SignatureKind.Call);
    const name = `${prefix}${property.name}`;
    if (!call) methods(inner, `${name}.`, found);
    else if (prefix) {
      const given = call.parameters.length ? checker.getTypeOfSymbol(call.parameters[0]) : undefined;
      const names = given ? parts(given).flatMap((one) => checker.getPropertiesOfType(one).map((argument) => argument.name)) : [];
      found[name] = [...new Set(names)].filter((argument) => argument !== 'token').sort();
    }
  }
  return found;
}

const client = declared(api, 'WebClient');
const families = {};
for (const property of checker.getPropertiesOfType(client)) {
  const declaration = property.valueDeclaration;
  if (!declaration || !/methods\.d\.ts$/.test(declaration.getSourceFile().fileName)) continue;
  const inner = checker.getTypeOfSymbol(property);
  if (!checker.getSignaturesOfType(inner, ts.SignatureKind.Call).length) methods(inner, `${property.name}.`, families);
}

const scopes = new Set();
manifest.forEachChild((node) => {
  if (ts.isTypeAliasDeclaration(node) && node.name.text === 'BotScope') {
    parts(checker.getTypeAtLocation(node)).filter((one) => one.isStringLiteral()).forEach((one) => scopes.add(one.value));
  }
});
const known = declared(types, 'KnownBlock');
const blocks = [...new Set(tags(known))].sort();
console.log(JSON.stringify({
  methods: families,
  blocks,
  elements: [...nested(known)].filter((tag) => !blocks.includes(tag)).sort(),
  scopes: [...scopes].sort(),
}, null, 1));
