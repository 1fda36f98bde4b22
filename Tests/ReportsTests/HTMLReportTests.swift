import TestSupport
import Testing

@testable import Reports

@Suite("index.html")
struct HTMLReportTests {
  @Test(
    "is well-formed, whatever the study",
    arguments: Thoroughness.every(2, of: ReportedStudy.allCases))
  func wellFormed(reported: ReportedStudy) throws {
    let report = try reported.report()
    #expect(complaintAboutXML(report.html) == nil)
    #expect(complaintAboutXML(report.frontSVG) == nil)
  }

  @Test("has every cell of front.csv in its tables", arguments: ReportedStudy.allCases)
  func allNumbers(reported: ReportedStudy) throws {
    let report = try reported.report()
    let html = report.html
    for row in report.model.front.rows {
      for (column, cell) in zip(report.model.front.columns, row) {
        let number = column.kind == .number ? " class=\"number\"" : ""
        let look = column.name == "architecture" ? " class=\"words\"" : number
        let isThere = html.contains("<td\(look)>\(Markup(cell).source)</td>")
        #expect(isThere, "\(column.name): \(cell)")
      }
    }
  }

  @Test("needs no other file and no network, and is whole without its scripts")
  func selfContained() throws {
    let html = try MadeUpStudy.realistic.report().html
    #expect(html.matches(of: /href="[^#]/).isEmpty)
    #expect(html.withoutScripts.contains("id=\"trials-all\""))
    for text in [
      "<script src", "<link", "src=", "url(", "@import", "https:", "fetch(", "XMLHttpRequest",
      "import(", "WebSocket", "eval(",
    ] {
      let isThere = html.contains(text)
      #expect(!isThere, "\(text)")
    }
    let namespace = "http://www.w3.org/2000/svg"
    #expect(!html.replacing(namespace, with: "").contains("http:"))
  }

  @Test("shows hostile names as text")
  func hostileNames() throws {
    let html = try MadeUpStudy.hostile.report().html
    #expect(html.count(of: "<script") == 2)
    #expect(!html.contains("<script>alert"))
    #expect(!html.contains("<b>"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(html.contains("&lt;b&gt;8&lt;/b&gt;"))
  }

  @Test("has charts with titles and descriptions, and tables with captions and scopes")
  func accessible() throws {
    let html = try MadeUpStudy.small.report().html.withoutScripts
    #expect(
      html.matches(of: /role="img" aria-labelledby="front-title front-description"/).count == 1)
    #expect(html.contains("<title id=\"front-title\">"))
    #expect(html.contains("<desc id=\"audit-description\">"))
    let tables = html.matches(of: /<table>/).count
    #expect(html.matches(of: /<caption>/).count == tables)
    #expect(!html.contains("<th>"))
    #expect(html.contains("prefers-color-scheme: dark"))
  }

  @Test("has no id twice")
  func uniqueIdentifiers() throws {
    let ids = try MadeUpStudy.realistic.report().html.withoutScripts
      .matches(of: /\ id="([^"]*)"/).map(\.1)
    // The data have one of their own.
    #expect(Set(ids + ["front-json"]).count == ids.count + 1)
  }
}
