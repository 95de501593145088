# Posts one or more files. Use it by `use rule slack_file as … with:` output and input: file=…


rule slack_file:
    params:
        option="file",
    resources:
        slack=1,
    retries: 0
    localrule: True
    wrapper:
        slack_wrapper_folder
