import Foundation
import Testing

@testable import Reports

@Suite("report.md")
struct MarkdownReportTests {
  @Test("opens with the result")
  func opening() throws {
    let lines = try MadeUpStudy.small.report().markdown.components(separatedBy: "\n\n")
    #expect(lines[0] == "# made-up")
    #expect(
      lines[1] == "**Best student within the budget: trial 2 (stem 16, ReLU; stage 1: 1 × inverted "
        + "residual 12 k3): test accuracy 90.89 % (95 % CI 90.31–91.44 %) at 4.00 ms predicted "
        + "latency, 10.8× fewer MACs than the teacher, −1.65 points against its test accuracy.**")
    #expect(
      lines[2] == "Cheapest on the front: trial 0, test accuracy 88.34 % (95 % CI 87.70–88.95 %) "
        + "at 1.00 ms predicted latency.")
  }

  @Test(
    "has as many cells in every row of a table as in its header", arguments: ReportedStudy.allCases)
  func tables(reported: ReportedStudy) throws {
    var width: Int?
    for line in try reported.report().markdown.components(separatedBy: "\n") {
      guard line.hasPrefix("|") else {
        width = nil
        continue
      }
      let cells = line.replacing("\\|", with: "").filter { $0 == "|" }.count
      #expect(cells == width ?? cells, "\(line)")
      width = cells
    }
  }

  @Test("shows hostile names as text")
  func hostileNames() throws {
    let text = try MadeUpStudy.hostile.report().markdown
    #expect(text.contains("# &lt;script&gt;alert(1)&lt;/script&gt; \\| \\*x\\* \\`y\\`"))
    #expect(!text.contains("<script"))
  }

  @Test("makes no item, line or formula of a text, and leaves numbers as they are")
  func markers() {
    #expect(MarkdownText.inline("- a") == "\\- a" && MarkdownText.inline("+ a") == "\\+ a")
    #expect(MarkdownText.inline("1. a") == "1\\. a" && MarkdownText.inline("12) a") == "12\\) a")
    #expect(MarkdownText.inline("---") == "\\---" && MarkdownText.inline("==") == "\\==")
    #expect(MarkdownText.inline("$x$") == "\\$x\\$")
    for text in ["91.26", "-0.5", "+0.50 to +1.2 points", "a. b", "(1) x"] {
      #expect(MarkdownText.inline(text) == text)
    }
  }

  @Test("has no escapes of Markdown where HTML stands")
  func html() {
    #expect(MarkdownText.html("a*b_c ~ <i> & |") == "a*b_c ~ &lt;i&gt; &amp; |")
    #expect(MarkdownText.destination("my charts/a(1).svg") == "my%20charts/a%281%29.svg")
  }

  @Test("shows the chart and says where all numbers are")
  func links() throws {
    let text = try MadeUpStudy.small.report().markdown
    #expect(text.contains("](front.svg)"))
    #expect(text.contains("[front.csv](front.csv)"))
  }
}
