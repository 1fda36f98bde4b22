import Foundation
import TestSupport
import Testing

@testable import FileFormats
@testable import Teachers

@Suite("a file of what a teacher says")
struct LogitFileTests {
  private static let values = NumericArray(shape: [4, 3], SmallStudy.logits(4))

  private func file(
    _ arrays: [(String, NumericArray)], name: String = "t.npz", isTopK: Bool? = nil
  ) throws -> LogitFile {
    let folder = try TemporaryFolder()
    try writeNPZ(arrays.map { (name: $0.0, array: $0.1) }, to: folder.file("t.npz"))
    return try LogitFile(folder.file(name), isTopK: isTopK, classes: 3)
  }

  private func ids(_ ids: [Int32]) -> (String, NumericArray) {
    ("ids", NumericArray(shape: [ids.count], ids))
  }

  @Test("has a row for each image, in any format")
  func formats() throws {
    let folder = try TemporaryFolder()
    try NPYFile.write(Self.values, to: folder.file("t.npy"))
    let plain = try LogitFile(folder.file("t.npy"), isTopK: nil, classes: 3)
    #expect(plain.floats == Self.values.asFloats() && plain.rowCount == 4)
    #expect(Array(plain.row(2)) == Array(plain.floats[6..<9]))
    #expect(try plain.rows(for: [3, 1], of: 4, hasOwnRows: false) == [3, 1])
    #expect(try file([("t", Self.values)]).floats == plain.floats)
    #expect(try file([("a", Self.values), ("b", Self.values)], name: "t.npz[b]").rowCount == 4)
  }

  @Test("finds the rows of shuffled images by their ids")
  func shuffled() throws {
    let file = try file([("t", Self.values), ids([2, 0, 3, 1])])
    #expect(try file.rows(for: [0, 1, 3], of: 4, hasOwnRows: false) == [1, 3, 2])
    // Images that nobody asks for may be missing.
    let some = try self.file([("t", Self.values), ids([2, 0, 5, 1])])
    #expect(try some.rows(for: [5, 0], of: 6, hasOwnRows: false) == [2, 1])
  }

  @Test("may have the rows of a split alone where it is of that split")
  func ownRows() throws {
    let file = try file([("t", Self.values)])
    #expect(try file.rows(for: [5, 7, 8, 9], of: 20, hasOwnRows: true) == [0, 1, 2, 3])
    expectError(["4 rows", "20, one for each image", "or 3, the images of the split"]) {
      _ = try file.rows(for: [5, 7, 8], of: 20, hasOwnRows: true)
    }
    expectError(["t.npz", "4 rows", "20, one for each image"]) {
      _ = try file.rows(for: [5, 7, 8, 9], of: 20, hasOwnRows: false)
    }
  }

  @Test("is refused where ids do not name each image once")
  func wrongIDs() throws {
    let (twice, far, missing) = (
      try file([("t", Self.values), ids([2, 0, 2, 1])]),
      try file([("t", Self.values), ids([2, 0, 4, 1])]),
      try file([("t", Self.values), ids([2, 0, 3, 1])])
    )
    expectError(["ids, row 2", "2, as in row 0", "each image once"]) {
      _ = try twice.rows(for: [0], of: 4, hasOwnRows: false)
    }
    expectError(["ids, row 2", "found 4", "from 0 to 3"]) {
      _ = try far.rows(for: [0], of: 4, hasOwnRows: false)
    }
    expectError(["no row for image 4"]) {
      _ = try missing.rows(for: [0, 4], of: 5, hasOwnRows: false)
    }
    expectError(["ids", "3 ids", "4, one for each row"]) {
      _ = try file([("t", Self.values), ids([2, 0, 1])])
    }
    expectError(["ids", "float32", "whole numbers"]) {
      _ = try file([
        ("t", Self.values), ("ids", NumericArray(shape: [4], [0, 1, 2, 3] as [Float])),
      ])
    }
  }

  @Test("is refused where it has another shape, another format or several arrays")
  func wrongShape() throws {
    expectError(["t.npz", "[4, 2]", "[N, 3], a number for each class"]) {
      _ = try file([("t", NumericArray(shape: [4, 2], [Float](repeating: 0, count: 8)))])
    }
    expectError(["a, b", "the name of one"]) {
      _ = try file([("a", Self.values), ("b", Self.values)])
    }
    let folder = try TemporaryFolder()
    try folder.write("1,2,3", to: "t.csv")
    expectError(["t.csv", "a .npy or .npz file"]) {
      _ = try LogitFile(folder.file("t.csv"), isTopK: nil, classes: 3)
    }
    expectError(["t.npy", "values and indices"]) {
      _ = try LogitFile(folder.file("t.npy"), isTopK: true, classes: 3)
    }
  }
}

@Suite("rows of which the largest are known")
struct TopKRowsTests {
  private func read(
    _ values: [Float], _ indices: [Int32], k: Int = 2, kind: String = "probabilities",
    isTopK: Bool? = nil
  ) throws -> (logits: [Float], note: String?) {
    let folder = try TemporaryFolder()
    let count = values.count / k
    try writeNPZ(
      [
        ("values", NumericArray(shape: [count, k], values)),
        ("indices", NumericArray(shape: [indices.count / k, k], indices)),
      ], to: folder.file("t.npz"))
    let file = try LogitFile(folder.file("t.npz"), isTopK: isTopK, classes: 4)
    let field = try smallTeacherField("{\"kind\": \"\(kind)\"}")
    let meaning = try LogitMeaning(
      field.members(of: "a teacher", known: LogitMeaning.keys), place: "teacher.logits")
    let said = try file.read(Array(0..<file.rowCount), meaning, classes: 4, order: nil)
    return (said.logits, said.topKNote)
  }

  @Test("spread what is missing evenly, and say how much is known", arguments: [nil, true])
  func spread(isTopK: Bool?) throws {
    let (logits, note) = try read([0.5, 0.25, 0.75, 0.125], [3, 0, 1, 2], isTopK: isTopK)
    let expected: [Double] = [0.25, 0.125, 0.125, 0.5, 0.0625, 0.75, 0.125, 0.0625]
    for (logit, p) in zip(logits, expected) { #expect(abs(exp(Double(logit)) - p) < 1e-6) }
    let text = try #require(note)
    #expect(text.contains("2 largest") && text.contains("81.25 %") && text.contains("75.00 %"))
  }

  @Test("may be logarithms, and have a floor where nothing is left")
  func logarithms() throws {
    let (logits, _) = try read(
      [Float(log(0.75)), Float(log(0.25))], [3, 0], kind: "log_probabilities")
    #expect(abs(Double(logits[3]) - log(0.75)) < 1e-6)
    #expect(logits[1] == logits[2] && logits[1].isFinite && logits[1] < -16)
  }

  @Test("are refused with row, found and expected")
  func refused() {
    expectError(["row 1", "class 4", "from 0 to 3"]) {
      _ = try read([0.5, 0.25, 0.5, 0.25], [3, 0, 4, 1])
    }
    expectError(["row 0", "class 3 twice"]) { _ = try read([0.5, 0.25], [3, 3]) }
    expectError(["row 0", "sum is 1.25", "at most 1"]) { _ = try read([0.75, 0.5], [3, 0]) }
    expectError(["row 0", "-0.5 in column 1", "a probability"]) {
      _ = try read([0.75, -0.5], [3, 0])
    }
    expectError(["row 0", "sum is 0.75", "no class is missing"]) {
      _ = try read([0.25, 0.25, 0.125, 0.125], [0, 1, 2, 3], k: 4)
    }
    expectError(["values", "logits of some classes", "teacher.logits.kind"]) {
      _ = try read([2, 1], [3, 0], kind: "logits")
    }
    expectError(["indices", "[1, 2]", "[2, 2]"]) { _ = try read([0.5, 0.25, 0.5, 0.25], [3, 0]) }
  }
}
