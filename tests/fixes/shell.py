"""Shell texts: bash reads them, and the simple commands are found in them."""

import re
import subprocess

from common import UNKNOWN, Bad

KEYWORDS = {"if", "then", "else", "elif", "fi", "do", "done", "while", "until", "!", "{", "}", "time"}
# Commands that run the command which follows them.
CARRIERS = {"sudo", "command", "exec", "env", "xargs", "watch", "timeout", "nohup"}


class Command:
    def __init__(self):
        self.words = []
        self.document = None  # the here-document on its standard input


class Shell:
    """Finds the simple commands of a shell text, also those in $(…), with their words as the shell would pass them."""

    def __init__(self, text):
        self.text = text
        self.commands = []
        self.documents = []  # here-documents whose bodies follow at the end of the line
        self.end = self.read(0, None)

    def read(self, i, closing):
        text, command, word = self.text, Command(), None

        def end_word():
            nonlocal word
            if word is not None:
                command.words.append(word)
                word = None

        def end_command():
            nonlocal command
            end_word()
            if command.words:
                self.commands.append(command)
            command = Command()

        while i < len(text):
            c = text[i]
            if closing and c == closing:
                end_command()
                return i + 1
            if c == "\\":
                if text[i + 1 : i + 2] != "\n":
                    word = (word or "") + text[i + 1 : i + 2]
                i += 2
            elif c == "'":
                stop = text.index("'", i + 1)
                word = (word or "") + text[i + 1 : stop]
                i = stop + 1
            elif c == '"':
                i, part = self.quoted(i + 1)
                word = (word or "") + part
            elif c in "$`":
                i, part = self.expansion(i)
                word = (word or "") + part
            elif c == "#" and word is None:
                if text[text.rfind("\n", 0, i) + 1 : i].strip():
                    raise Bad("a comment behind a command, which an interactive zsh takes for an argument")
                while i < len(text) and text[i] != "\n":
                    i += 1
            elif c == "\n":
                end_command()
                i = self.bodies(i + 1)
            elif text.startswith("<<<", i):
                end_word()
                i += 3
                while text[i] == " ":
                    i += 1
                i, _ = self.one_word(i)
            elif text.startswith("<<", i):
                end_word()
                m = re.compile(r"<<-?\s*(['\"]?)(\w+)\1").match(text, i)
                if not m:
                    raise Bad("a here-document has no delimiter")
                self.documents.append((command, m.group(2), bool(m.group(1))))
                i = m.end()
            elif c in "<>":
                if word is not None and word.isdigit():
                    word = None
                end_word()
                m = re.compile(r"[<>]+[&|]?\s*").match(text, i)
                i = m.end()
                if text[i : i + 1] == "(":  # <(…)
                    i = self.read(i + 1, ")")
                else:
                    i, _ = self.one_word(i)
            elif c in ";&|()":
                end_command()
                i += 1
            elif c in " \t":
                end_word()
                i += 1
            else:
                word = (word or "") + c
                i += 1
        end_command()
        if closing:
            raise Bad(f"{closing} is missing")
        return i

    def one_word(self, i):
        m = re.compile(r"""(?:[^\s'"\\;&|()]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")*""").match(self.text, i)
        return m.end(), m.group()

    def quoted(self, i):
        text, word = self.text, ""
        while text[i] != '"':
            if text[i] == "\\" and text[i + 1] in '"\\$`\n':
                word += "" if text[i + 1] == "\n" else text[i + 1]
                i += 2
            elif text[i] in "$`":
                i, part = self.expansion(i)
                word += part
            else:
                word += text[i]
                i += 1
        return i + 1, word

    def expansion(self, i):
        text = self.text
        if text[i] == "`":
            return self.read(i + 1, "`"), UNKNOWN
        if text.startswith("$((", i):
            return text.index("))", i) + 2, UNKNOWN
        if text.startswith("$(", i):
            return self.read(i + 2, ")"), UNKNOWN
        m = re.compile(r"\$(?:\w+|\{[^}]*\}|[?$#@*!-])").match(text, i)
        return (m.end(), UNKNOWN) if m else (i + 1, "$")

    def bodies(self, i):
        for command, delimiter, literal in self.documents:
            m = re.compile(rf"(.*?)^\t*{delimiter}$\n?", re.S | re.M).match(self.text, i)
            if not m:
                raise Bad(f"the here-document {delimiter} does not end")
            body = m.group(1)
            command.document = body if literal else re.sub(r"\$(?:\w+|\{[^}]*\})", UNKNOWN, body)
            i = m.end()
        self.documents = []
        return i


def simple_commands(text):
    try:
        commands = Shell(text).commands
    except (ValueError, IndexError):
        raise Bad("a quote is not closed") from None
    for command in commands:
        words = command.words
        while words and (words[0] in KEYWORDS or re.match(r"\w+=", words[0])):
            words = words[1:]
        if words and words[0] in CARRIERS:
            for carried in ("aws", "jq"):
                if carried in words:
                    words = words[words.index(carried) :]
        if words:
            yield words, command.document


def check_comments(text):
    """An interactive zsh (macOS) runs comments as commands, so an apostrophe in one swallows what follows it."""
    for line in text.splitlines():
        if re.match(r"\s*#", line) and re.search(r"['\"`;|&<>()$!]", line):
            raise Bad(f"a comment has a character that an interactive zsh stumbles over: {line.strip()}")

