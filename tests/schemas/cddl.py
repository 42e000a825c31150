"""Holds a CBOR document to CDDL (RFC 8610), with Debian's python3-cbor2 as the decoder:

    cddl.py FILE.cddl RULE DOCUMENT

Reads the part of CDDL that docs/schemas uses: rules, choices, maps and arrays with occurrences, tags, ranges,
literals, and the operators .cbor and .size. Anything else is refused and not guessed. Debian has no reader of CDDL,
and npm's knows no keys that are numbers.
"""
import io
import re
import sys

import cbor2

TOKEN = re.compile(r'\s+|;[^\n]*|(#6\.\d+|=>|\.\.|\.[a-z]+|"[^"]*"|-?\d+|[A-Za-z@_$][\w@$-]*|[=/(){}\[\],?+*:])')
PRELUDE = {
    "any": lambda value: True,
    "bool": lambda value: isinstance(value, bool),
    "uint": lambda value: is_int(value) and value >= 0,
    "int": lambda value: is_int(value),
    "text": lambda value: isinstance(value, str),
    "tstr": lambda value: isinstance(value, str),
    "bytes": lambda value: isinstance(value, bytes),
    "bstr": lambda value: isinstance(value, bytes),
}
OCCURRENCES = {"?": (0, 1), "+": (1, None), "*": (0, None)}


class Fault(Exception):
    pass


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def tokens_of(text):
    tokens, at = [], 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Fault(f"this is no CDDL that is known here: {text[at:at + 40]!r}")
        if match[1]:
            tokens.append(match[1])
        at = match.end()
    return tokens


class Parser:
    """A type is a tuple: its kind, and what it is made of."""

    def __init__(self, text):
        self.tokens = tokens_of(text)

    def next(self, wanted=None):
        token = self.tokens.pop(0) if self.tokens else None
        if token is None or (wanted and token != wanted):
            raise Fault(f"expected {wanted or 'more'}, got {token}")
        return token

    def peek(self, ahead=0):
        return self.tokens[ahead] if len(self.tokens) > ahead else None

    def rules(self):
        rules = {}
        while self.tokens:
            name = self.next()
            self.next("=")
            if name in rules:
                raise Fault(f"the rule {name} stands twice")
            rules[name] = self.choice()
        return rules

    def choice(self):
        choices = [self.controlled()]
        while self.peek() == "/":
            self.next()
            choices.append(self.controlled())
        return choices[0] if len(choices) == 1 else ("choice", choices)

    def controlled(self):
        plain = self.plain()
        if self.peek() in (".cbor", ".size"):
            return (self.next()[1:], plain, self.plain())
        if self.peek() == "..":
            self.next()
            return ("range", plain, self.plain())
        return plain

    def plain(self):
        token = self.next()
        if token.startswith("#6."):
            self.next("(")
            inner = self.choice()
            self.next(")")
            return ("tag", int(token[3:]), inner)
        if token == "{":
            return ("map", self.entries("}"))
        if token == "[":
            return ("array", self.entries("]"))
        if token[0] == '"':
            return ("literal", token[1:-1])
        if re.fullmatch(r"-?\d+", token):
            return ("literal", int(token))
        if re.fullmatch(r"[A-Za-z@_$][\w@$-]*", token):
            return ("name", token)
        raise Fault(f"no type begins with {token}")

    def entries(self, end):
        found = []
        while self.peek() != end:
            low, high = OCCURRENCES.get(self.peek(), (1, 1))
            if self.peek() in OCCURRENCES:
                self.next()
            key = None
            if self.peek(1) == ":":  # a label, which in a map is a key
                key = ("literal", self.next())
                self.next()
            value = self.choice()
            if self.peek() == "=>":
                self.next()
                key, value = value, self.choice()
            if end == "}" and key is None:
                raise Fault("a group in a map is not known here")
            found.append((low, high, key, value))
            if self.peek() == ",":
                self.next()
        self.next(end)
        return found


class Checker:
    def __init__(self, rules):
        self.rules = rules

    def matches(self, kind, value):
        try:
            self.check(kind, value, "")
        except Fault:
            return False
        return True

    def check(self, kind, value, place):
        getattr(self, "check_" + kind[0])(kind, value, place)

    def check_name(self, kind, value, place):
        name = kind[1]
        if name in self.rules:
            self.check(self.rules[name], value, f"{place}/{name}")
        elif name not in PRELUDE:
            raise Fault(f"no such rule: {name}")
        elif not PRELUDE[name](value):
            raise Fault(f"{place}: expected {name}, got {value!r}")

    def check_literal(self, kind, value, place):
        if type(value) is not type(kind[1]) or value != kind[1]:
            raise Fault(f"{place}: expected {kind[1]!r}, got {value!r}")

    def check_range(self, kind, value, place):
        if not is_int(value) or not kind[1][1] <= value <= kind[2][1]:
            raise Fault(f"{place}: expected {kind[1][1]} to {kind[2][1]}, got {value!r}")

    def check_choice(self, kind, value, place):
        if not any(self.matches(one, value) for one in kind[1]):
            raise Fault(f"{place}: none of the choices is {value!r}")

    def check_tag(self, kind, value, place):
        if not isinstance(value, cbor2.CBORTag) or value.tag != kind[1]:
            raise Fault(f"{place}: expected the tag {kind[1]}, got {value!r}")
        self.check(kind[2], value.value, place)

    def check_cbor(self, kind, value, place):
        self.check(kind[1], value, place)
        self.check(kind[2], decode(value), place)

    def check_size(self, kind, value, place):
        self.check(kind[1], value, place)
        if len(value) != kind[2][1]:
            raise Fault(f"{place}: expected {kind[2][1]} bytes, got {len(value)}")

    def check_array(self, kind, value, place):
        if not isinstance(value, (list, tuple)):
            raise Fault(f"{place}: expected an array, got {value!r}")
        rest = list(value)
        for low, high, _, inner in kind[1]:
            count = 0
            while rest and (high is None or count < high) and (count < low or self.matches(inner, rest[0])):
                self.check(inner, rest.pop(0), f"{place}[{len(value) - len(rest) - 1}]")
                count += 1
            if count < low:
                raise Fault(f"{place}: the array is too short")
        if rest:
            raise Fault(f"{place}: the array has {len(rest)} elements too many")

    def check_map(self, kind, value, place):
        if not isinstance(value, dict):
            raise Fault(f"{place}: expected a map, got {value!r}")
        counts = [0] * len(kind[1])
        for key, inner in value.items():
            fitting = [i for i, entry in enumerate(kind[1]) if self.matches(entry[2], key)]
            if not fitting:
                raise Fault(f"{place}: the key {key!r} is not known")
            self.check(kind[1][fitting[0]][3], inner, f"{place}.{key}")
            counts[fitting[0]] += 1
        for (low, high, key, _), count in zip(kind[1], counts):
            if count < low or (high is not None and count > high):
                raise Fault(f"{place}: the key {key[1]!r} is there {count} times")


def decode(encoded):
    source = io.BytesIO(encoded)
    try:
        value = cbor2.CBORDecoder(source).decode()
    except Exception as fault:  # what a decoder throws at hostile bytes is its own affair
        raise Fault(f"this is no CBOR: {fault}") from fault
    if source.read(1):
        raise Fault("something stands behind the document")
    if cbor2.dumps(value) != encoded:
        raise Fault("a key stands twice, or something is longer than it need be")
    return value


def main(cddl, rule, document):
    try:
        with open(cddl, encoding="utf-8") as source:
            rules = Parser(source.read()).rules()
        with open(document, "rb") as source:
            Checker(rules).check(("name", rule), decode(source.read()), "")
    except Fault as fault:
        print(f"{document}: {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
