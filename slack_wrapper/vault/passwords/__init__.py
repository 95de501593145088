"""Where the password of a key file comes from: config, command, file, keyring, prompt."""
