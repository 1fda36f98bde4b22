import Testing

@testable import Reports

@Suite("markup")
struct MarkupTests {
  @Test("lets no element begin in a text or an attribute")
  func escapes() {
    let hostile = "<script>\"x\" & 'y'</script>"
    let markup = Markup("p", ["title": hostile], text: hostile)
    let escaped = "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;"
    #expect(markup.source == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test("replaces control characters, which XML cannot hold")
  func controlCharacters() {
    #expect(Markup("a\u{202e}b\u{2066}c").source == "a\u{fffd}b\u{fffd}c")
    #expect(Markup("a\u{0}b\u{1b}c\td\u{9b}").source == "a\u{fffd}b\u{fffd}c\td\u{fffd}")
  }

  @Test("leaves out attributes without a value, and closes what HTML closes")
  func attributes() {
    #expect(Markup("td", ["class": nil]).source == "<td></td>")
    #expect(Markup("meta", ["charset": "utf-8"]).source == "<meta charset=\"utf-8\"/>")
  }

  @Test("makes drawings in which coordinates have at most two decimals")
  func coordinates() {
    let line = SVG.line("axis", from: (1.0 / 3, 2), to: (100.126, -0.001))
    #expect(
      line.source == "<line class=\"axis\" x1=\"0.33\" y1=\"2\" x2=\"100.13\" y2=\"0\"></line>")
  }
}
