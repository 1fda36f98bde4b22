import Testing

@testable import FileFormats

@Suite("a number in a table")
struct DecimalNumberTests {
  @Test(
    "is what people write",
    arguments: [
      ("0", 0.0), ("-1.5", -1.5), ("+2", 2), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("2E-1", 0.2),
      ("-0", -0.0), ("1e-400", 0),
    ])
  func numbers(text: String, value: Double) { #expect(DecimalNumber.value(of: text) == value) }

  @Test(
    "is nothing else",
    arguments: [
      "", "-", ".", "e5", "1e", "1e+", "0x10", "0x1p3", "inf", "-infinity", "nan", "nan(1)",
      "1e999",
      "1\u{0}", "\u{0}1", "1\u{0}2", " 1", "1 ", "1,5", "1_000", "1.2.3", "--1", "１",
    ])
  func others(text: String) { #expect(DecimalNumber.value(of: text) == nil) }
}
