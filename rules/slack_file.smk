# Posts one or more files. Use it by `use rule slack_file as … with:` output and input: file=…


rule slack_file:
    retries: 0
    localrule: True
    resources:
        slack=1,
    params:
        option="file",
    wrapper:
        slack_wrapper_folder
