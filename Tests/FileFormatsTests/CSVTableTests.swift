import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("a table of comma-separated values")
struct CSVTableTests {
  private func table(_ text: String) throws -> CSVTable { try CSVTable(text: text, file: "t.csv") }

  @Test("is read with quotes, either line end, a byte order mark and empty lines at the end")
  func reading() throws {
    let read = try table("\u{FEFF}a,\"b \"\"c\"\"\"\r\n1,\"x,\ny\"\r\n\"\",3\n\n\r\n")
    #expect(read.columns.map(\.name) == ["a", "b \"c\""])
    #expect(read.columns[0].fields == ["1", ""] && read.columns[1].fields == ["x,\ny", "3"])
    #expect(read.columns[0].lines == [2, 4] && read.count == 2)
    #expect(try table("a\n1").columns[0].fields == ["1"])
    #expect(try table("a\r1\r2").columns[0].lines == [2, 3])
  }

  @Test("names file and line of what is wrong")
  func errors() {
    for (text, message) in [
      ("", "t.csv: got an empty file, expected a table of values"),
      ("\n\n", "t.csv: got an empty file"),
      ("a,b\n", "t.csv: got a header alone, expected at least one row"),
      ("a,,b\n1,2,3", "t.csv:1: got a column without a name"),
      ("a,b,a\n1,2,3", "t.csv:1: got the column 'a' twice"),
      ("a,b\n1,2\n3\n", "t.csv:3: got 1 fields, expected 2, as in the header"),
      ("a,b\n1,2\n\n3,4\n", "t.csv:3: got 1 fields"),
      ("a,b\n1,2,3\n", "t.csv:2: got 3 fields"),
      ("a\n1\n\"2\n3", "t.csv:3: got a quoted field without an end"),
      ("a\n\"2\"3\n", "t.csv:2: got a quoted field without an end"),
    ] {
      expectError([message]) { _ = try table(text) }
    }
    expectError(["t.csv: got the columns a, b, expected a column 'c'"]) {
      _ = try table("a,b\n1,2").column("c")
    }
  }

  @Test("gives numbers, NaN where a field is empty or says so")
  func numbers() throws {
    let column = try table("a\n1.5\n\"\"\nnan\nNaN\n-2e3\n").column("a")
    let numbers = try column.numbers()
    #expect(numbers[0] == 1.5 && numbers[4] == -2000)
    #expect(numbers[1...3].allSatisfy { $0.isNaN })
    for text in ["x", "inf", "1e999", " 1", "1,5"] {
      expectError(["t.csv:3: a: got '\(text)', expected a number"]) {
        _ = try table("a\n1\n\"\(text)\"\n").column("a").numbers()
      }
    }
  }

  @Test("is joined row by row by what two tables share, in the first one's order")
  func join() throws {
    let first = try CSVTable(text: "id,a\n7,x\n3,y\n5,z", file: "1.csv")
    let second = try CSVTable(text: "b,id,c\n30,3,k\n50,5,l\n70,7,m", file: "2.csv")
    let joined = try first.joined(with: second)
    #expect(joined.columns.map(\.name) == ["id", "a", "b", "c"])
    #expect(try joined.column("b").fields == ["70", "30", "50"])
    #expect(try joined.column("c").fields == ["m", "k", "l"])
    #expect(try joined.column("a").fields == ["x", "y", "z"])
    // Errors in the joined columns name the second file's own lines.
    expectError(["2.csv:4: c: got 'm', expected a number"]) {
      _ = try joined.column("c").numbers()
    }
    let pairs = try CSVTable(text: "i,j,a\n1,12,x\n11,2,y", file: "1.csv")
      .joined(with: CSVTable(text: "j,i,b\n2,11,Y\n12,1,X", file: "2.csv"))
    #expect(try pairs.column("b").fields == ["X", "Y"])
  }

  @Test(
    "says what spreadsheets do: semicolons, tabs, decimal commas, UTF-16",
    arguments: [
      ("a;b\n1;0,75", "t.csv:1: got 'a;b', expected names parted by commas, not by semicolons"),
      ("a\tb\n1\t2", "not by tabs"), ("a,b\n1,\"0,75\"", "expected a number with a decimal point"),
    ])
  func spreadsheets(text: String, message: String) {
    expectError([message]) {
      _ = try CSVTable(text: text, file: "t.csv").column("b").numbers()
    }
  }

  @Test("in UTF-16 is refused as that, with a byte order mark or without, of either byte order")
  func otherEncoding() throws {
    let folder = try TemporaryFolder()
    let text = "a,b\n1,2\n"
    for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian] {
      try #require(text.data(using: encoding)).write(to: URL(filePath: folder.file("t.csv")))
      expectError(["a text in UTF-16", "UTF-8"]) {
        _ = try CSVTable(contentsOf: folder.file("t.csv"))
      }
    }
    try Data(text.utf8).write(to: URL(filePath: folder.file("t.csv")))
    #expect(try CSVTable(contentsOf: folder.file("t.csv")).count == 1)
  }

  @Test("in letters of one byte is refused with the line: two names could be read as one")
  func letters() throws {
    let folder = try TemporaryFolder()
    let text = "file,label\n1.png,Bl\u{E4}tter\n2.png,Bl\u{F6}tter\n"
    try #require(text.data(using: .isoLatin1)).write(to: URL(filePath: folder.file("t.csv")))
    expectError(["t.csv:2: got bytes that are no text in UTF-8, expected UTF-8", "LATIN1"]) {
      _ = try CSVTable(contentsOf: folder.file("t.csv"))
    }
    try Data(text.utf8).write(to: URL(filePath: folder.file("t.csv")))
    #expect(
      try CSVTable(contentsOf: folder.file("t.csv")).column("label").fields == [
        "Blätter", "Blötter",
      ])
  }

  @Test("refuses a join whose rows do not match one to one")
  func refusedJoins() throws {
    let first = try CSVTable(text: "id,a\n7,x\n3,y", file: "1.csv")
    for (text, message) in [
      ("b,c\n1,2", "2.csv: got no column that 1.csv has as well, expected one of id, a"),
      ("id,b\n7,1", "1.csv:3: id: got '3', expected a row that 2.csv has as well"),
      ("id,b\n7,1\n3,2\n4,3", "2.csv:4: id: got '4', expected a row that 1.csv has as well"),
      ("id,b\n7,1\n7,2\n3,3", "2.csv:3: id: got '7' as on line 2, expected rows that differ"),
      ("id,a\n7,x\n3,z", "1.csv:3: a, id: got 'y, 3'"),
    ] {
      expectError([message]) { _ = try first.joined(with: CSVTable(text: text, file: "2.csv")) }
    }
    expectError(["1.csv:3: id: got '7' as on line 2"]) {
      _ = try CSVTable(text: "id,a\n7,x\n7,y", file: "1.csv").joined(with: first.dropping("a"))
    }
  }
}

extension CSVTable {
  fileprivate func dropping(_ name: String) -> CSVTable {
    var copy = self
    copy.columns.removeAll { $0.name == name }
    return copy
  }
}
