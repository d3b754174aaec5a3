def page():
    return "hello\n"
