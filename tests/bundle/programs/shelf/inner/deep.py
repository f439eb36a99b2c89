from . import CONSTANT


def bottom():
    from . import CONSTANT as again

    assert again == CONSTANT
    return CONSTANT
