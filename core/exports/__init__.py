def answer_export(view):
    raise NotImplementedError
