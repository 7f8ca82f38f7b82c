"""What leaves the module. In Python, because the stable ABI of 3.11 cannot extend Exception."""


class Error(Exception):
    """The base of both."""

    __module__ = "lowwater"


class ConfigError(Error, ValueError, TypeError):
    """A mistake of the operator or the programmer: the text says what to do. Never caused by a token."""

    __module__ = "lowwater"

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code

    def __reduce__(self):
        return type(self), (str(self), self.code)


class Rejected(Error):
    """The answer "no": what was wrong, what the client can do, and how HTTP says it."""

    __module__ = "lowwater"

    def __init__(self, message, code, stage, remedy, status, headers, wait_until=None):
        super().__init__(message)
        self.code = code
        self.stage = stage
        self.remedy = remedy
        self.status = status
        self.headers = headers
        self.wait_until = wait_until

    def __reduce__(self):
        told = (self.code, self.stage, self.remedy, self.status, self.headers, self.wait_until)
        return type(self), (str(self), *told)
