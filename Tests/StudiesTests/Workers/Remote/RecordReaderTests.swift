import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("records in files that others write")
struct RecordReaderTests {
  private let temporary: TemporaryFolder
  private let path: String

  init() throws {
    temporary = try TemporaryFolder()
    path = temporary.file("records.jsonl")
  }

  private struct Record: Codable, Hashable { var number: Int }

  private func line(_ number: Int) throws -> Data {
    Data((try RecordLine.line(Record(number: number)) + "\n").utf8)
  }

  private func reader(patience: Double = 60) -> RecordReader<Record> {
    RecordReader(path, patienceSeconds: patience)
  }

  private func write(_ data: Data) throws { try data.write(to: URL(filePath: path)) }

  @Test("come back as they were written, each once")
  func roundTrip() throws {
    let reader = reader()
    #expect(reader.read().records.isEmpty && !reader.read().hasChanged)
    let writer = try RecordWriter(path)
    try writer.append(Record(number: 1))
    try writer.append(Record(number: 2))
    #expect(reader.read().records.map(\.number) == [1, 2])
    #expect(reader.read().records.isEmpty && !reader.read().hasChanged)
    try writer.append(Record(number: 3))
    let news = reader.read()
    #expect(news.records.map(\.number) == [3] && news.hasChanged)
  }

  @Test("are not believed with one byte changed, wherever it is")
  func everyByte() throws {
    let whole = try line(7)
    for index in whole.indices {
      for changed in [UInt8(0), whole[index] ^ 1, UInt8(ascii: "\n")] where changed != whole[index]
      {
        var line = whole
        line[index] = changed
        try write(line)
        let got = reader().read().records
        #expect(got.isEmpty || index == whole.indices.last, "byte \(index): \(got)")
      }
    }
  }

  @Test("are not believed at any length but the whole")
  func everyLength() throws {
    let whole = try line(7)
    for count in 0..<whole.count {
      try write(whole.prefix(count))
      #expect(reader().read().records.isEmpty)
    }
  }

  @Test("are taken when they are whole, in whatever order they are seen")
  func hole() throws {
    let lines = try (1...3).map { try line($0) }
    let reader = reader()
    // The middle is on its way: zeros, its newline among them.
    try write(lines[0] + Data(count: lines[1].count) + lines[2])
    #expect(reader.read().records.map(\.number) == [1])
    var partly = lines[1]
    partly[20] = 0
    try write(lines[0] + partly + lines[2])
    #expect(reader.read().records.map(\.number) == [3])
    try write(lines[0] + lines[1] + lines[2])
    #expect(reader.read().records.map(\.number) == [2])
    #expect(reader.read().records.isEmpty)
    try write(lines[0] + lines[1] + lines[2] + line(4))
    #expect(reader.read().records.map(\.number) == [4])
  }

  @Test("are taken where the file's size was seen before the last of its bytes")
  func sizeFirst() throws {
    let lines = try (1...2).map { try line($0) }
    let reader = reader()
    // To the very end, the newline too, zeros.
    try write(lines[0] + Data(count: lines[1].count))
    #expect(reader.read().records.map(\.number) == [1])
    try write(lines[0] + lines[1].prefix(20) + Data(count: lines[1].count - 20))
    #expect(reader.read().records.isEmpty)
    try write(lines[0] + lines[1])
    #expect(reader.read().records.map(\.number) == [2])
    #expect(reader.read().records.isEmpty && !reader.hasGap)
  }

  @Test("are waited for in the time in which somebody looks, not in that of a clock that went on")
  func stoppedReader() throws {
    let time = VirtualTime()
    let reader = RecordReader<Record>(path, patienceSeconds: 60, clock: time.clock())
    try write(Data(count: 20) + Data("\n".utf8) + line(2))
    #expect(reader.read().records.map(\.number) == [2] && reader.hasGap)
    time.pass(3600)
    #expect(reader.read().records.isEmpty && reader.hasGap)
    for _ in 0..<12 {
      time.pass(5)
      _ = reader.read()
    }
    #expect(!reader.hasGap)
  }

  @Test("do not wait for ever for a line that stays damaged")
  func givesUp() throws {
    let reader = reader(patience: 0.05)
    try write(Data("nonsense\n".utf8) + line(1))
    #expect(reader.read().records.map(\.number) == [1])
    usleep(80_000)
    _ = reader.read()
    try write(Data("nonsense\n".utf8) + line(1) + line(2))
    #expect(reader.read().records.map(\.number) == [2])
  }

  @Test("follow what a killed writer has left of a line")
  func tornLine() throws {
    try write(line(1) + line(2).prefix(20))
    let writer = try RecordWriter(path)
    try writer.append(Record(number: 3))
    #expect(reader().read().records.map(\.number) == [1, 3])
  }
}
