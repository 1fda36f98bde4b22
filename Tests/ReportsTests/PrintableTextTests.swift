import Testing

@testable import Reports

@Suite("text on a terminal")
struct PrintableTextTests {
  @Test("commands nothing: control characters and marks of direction are spelled out")
  func commands() {
    #expect("a\u{1B}[2J\u{7}b".printable == "a\\x1b[2J\\x07b")
    #expect("\r\u{8}\u{7F}\u{9B}31m".printable == "\\x0d\\x08\\x7f\\x9b31m")
    #expect("abc\u{202E}fdp.exe\u{2066}".printable == "abc\\u202efdp.exe\\u2066")
  }

  @Test("stays on its line where it is one of several")
  func line() {
    #expect("a\nstage  finished\tb\u{61C}".printableLine == "a\\x0astage  finished\\x09b\\u061c")
    #expect(TerminalStyle().line("a\nb") == "a\\x0ab")
  }

  @Test("keeps letters, lines and tabs")
  func letters() {
    let text = "Größe ≤ 5 ms,\n\tthe “front” – 90 % ±1 日本 🙂"
    #expect(text.printable == text)
  }
}

@Suite("what a terminal can show")
struct TerminalStyleTests {
  @Test("is taken from the environment as other programs do")
  func environment() {
    func style(_ environment: [String: String], isTerminal: Bool = true) -> TerminalStyle {
      TerminalStyle.of(environment, size: isTerminal ? (120, 50) : nil)
    }
    #expect(style(["LANG": "de_DE.UTF-8"]) == TerminalStyle(width: 120, height: 50, hasColor: true))
    #expect(!style([:]).isUnicode && !style(["LANG": "C"]).isUnicode)
    #expect(style(["LC_CTYPE": "C.utf8", "LANG": "C"]).isUnicode)
    #expect(!style(["LC_ALL": "POSIX", "LANG": "en_US.UTF-8"]).isUnicode)
    #expect(style(["LC_ALL": "", "LANG": "en_US.UTF-8"]).isUnicode)
    #expect(!style(["NO_COLOR": "1"]).hasColor && style(["NO_COLOR": ""]).hasColor)
    #expect(!style(["TERM": "dumb"]).hasColor && !style([:], isTerminal: false).hasColor)
    #expect(style([:], isTerminal: false).width == 80)
    #expect(style(["COLUMNS": "100"], isTerminal: false).width == 100)
  }

  @Test("is ASCII alone where it is no more")
  func ascii() {
    let style = TerminalStyle(isUnicode: false)
    #expect(style.texts(["90 ± 1 · 3–4 × ≤ … 日"]) == ["90 +- 1 - 3-4 x <= ~ ?"])
  }
}
