import Testing

@testable import Reports
@testable import Studies

@Suite("the ledger")
struct LedgerReportTests {
  private func table(_ study: MadeUpStudy) throws -> ReportTable {
    let blocks = try #require(try study.inputs().ledgerSection).blocks
    guard case .table(let table) = blocks[0] else {
      throw FailedLedger.noTable
    }
    return table
  }

  private enum FailedLedger: Error { case noTable }

  @Test("adds up the processor time by what it was for")
  func sums() throws {
    let table = try table(.small)
    #expect(
      table.rows.map { Array($0.prefix(5)) } == [
        ["flash trials", "4", "0", "50.0", "12.0"],
        ["full, finalists", "3", "0", "183.0", "44.0"],
        ["full, without the teacher", "3", "0", "183.0", "44.0"],
        ["all", "10", "", "416.0", ""],
      ])
    #expect(try self.table(.failed).rows[0].prefix(3) == ["flash trials", "3", "2"])
    #expect(try MadeUpStudy().inputs().ledgerSection == nil)
  }

  @Test("counts finalists of before a growth as finalists")
  func grown() throws {
    let rows = try table(.grown).rows
    #expect(rows.contains { $0.prefix(2) == ["full, finalists", "4"] })
    #expect(!rows.contains { $0[0] == "full, for the audit alone" })
  }

  @Test("says what constraints have saved")
  func avoided() throws {
    let text = "\(try MadeUpStudy.small.inputs().ledgerSection?.blocks ?? [])"
    #expect(text.contains("By constraints: 70.0 % of random students break a limit"))
    #expect(text.contains("about 3.33 students for each"))
  }
}
