import Foundation
import Testing

@testable import Reports
@testable import Studies

@Suite("the front in characters")
struct TerminalChartTests {
  private func lines(
    _ study: MadeUpStudy, _ style: TerminalStyle, rows: Int = 12
  ) throws -> [String] {
    TerminalChart(ParetoChart(try study.inputs()), style, plotRows: rows).lines
  }

  @Test("shows the same in Unicode and in ASCII")
  func snapshots() throws {
    #expect(
      try lines(.small, TerminalStyle(width: 60))
        == """
        validation accuracy (%) over predicted latency (ms)
               │                                      ┊
               │┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄
               │                                 ●2   ┊
            90 ┤   ●0────────────────────────────┘    ┊
               │                       ○              ┊
               │                                      ┊
            85 ┤                                 ·    ┊
               │                                      ┊
               │                                      ┊
               │   ·                                  ┊
            80 ┤                       ·   ·          ┊
               │                                      ┊
               └───┬──────────────┬───────────────────┬────────────
                   1              2                   5
                ● front  ○ other  · flash  ┄ teacher 92.90  ┊ limit
        """.components(separatedBy: "\n"))
    #expect(
      try lines(.small, TerminalStyle(width: 60, isUnicode: false))
        == """
        validation accuracy (%) over predicted latency (ms)
               |                                      :
               |~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
               |                                 @2   :
            90 +   @0----------------------------|    :
               |                       o              :
               |                                      :
            85 +                                 .    :
               |                                      :
               |                                      :
               |   .                                  :
            80 +                       .   .          :
               |                                      :
               +---+--------------+-------------------+------------
                   1              2                   5
                @ front  o other  . flash  ~ teacher 92.90  : limit
        """.components(separatedBy: "\n"))
  }

  @Test(
    "is never wider than the terminal and holds no command without colour",
    arguments: ReportedStudy.allCases)
  func width(reported: ReportedStudy) throws {
    let report = try reported.report()
    for width in [40, 57, 80, 200] {
      for isUnicode in [true, false] {
        let style = TerminalStyle(width: width, height: 30, isUnicode: isUnicode)
        let lines = report.terminalLines(style)
        #expect(lines.allSatisfy { $0.count <= width }, "\(width)")
        #expect(!lines.joined().contains("\u{1B}"))
        #expect(isUnicode || lines.joined().allSatisfy(\.isASCII))
        #expect(lines.count <= 30)
      }
    }
  }

  @Test("has the same characters with colours, and ends each of them")
  func colors() throws {
    let plain = try lines(.realistic, TerminalStyle())
    let colored = try lines(.realistic, TerminalStyle(hasColor: true))
    #expect(colored.joined().contains("\u{1B}[1;32m●\u{1B}[0m"))
    for (line, expected) in zip(colored, plain) {
      #expect(line.replacing(/\u{1B}\[[0-9;]*m/, with: "") == expected)
      let commands = line.matches(of: /\u{1B}\[([0-9;]*)m/).map { String($0.1) }
      #expect(commands.enumerated().allSatisfy { ($1 == "0") == ($0 % 2 == 1) })
    }
  }

  @Test("has a mark for every student of the front, none hidden by others")
  func marks() throws {
    let inputs = try MadeUpStudy.realistic.inputs()
    let chart = TerminalChart(ParetoChart(inputs), TerminalStyle(width: 120), plotRows: 20)
    let front = inputs.results.students.count { $0.isOnFront }
    let cells = chart.canvas.joined().compactMap { $0 }
    #expect(front > 1 && cells.count { $0.look == .front } == front)
    #expect(cells.contains { $0.look == .teacher } && cells.contains { $0.look == .flash })
  }
}
