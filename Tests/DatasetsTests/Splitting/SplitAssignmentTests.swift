import Testing

@testable import Datasets

@Suite("random splits")
struct SplitAssignmentTests {
  private func definition(
    validation: Int? = nil, test: Int? = nil, seed: UInt64 = 0
  ) -> DatasetDefinition {
    DatasetDefinition(
      source: .arrays(
        train: .init(images: "a", labels: "b"),
        test: test == nil ? .init(images: "c", labels: "d") : nil, classes: nil),
      validationCount: validation, testCount: test, split: .random, splitSeed: seed)
  }

  private func assignment(
    _ count: Int, _ definition: DatasetDefinition
  ) throws -> SplitAssignment {
    try SplitAssignment(
      labels: [Int](repeating: 0, count: count), classes: 1, definition: definition)
  }

  @Test("every image is in exactly one split, in ascending order")
  func partition() throws {
    let split = try assignment(100, definition(validation: 20, test: 30))
    let test = try #require(split.test)
    let validation = try #require(split.validation)
    #expect([split.training.count, validation.count, test.count] == [50, 20, 30])
    #expect((split.training + validation + test).sorted() == Array(0..<100))
    #expect(split.training == split.training.sorted())
    #expect(validation == validation.sorted())
    #expect(test == test.sorted())
  }

  @Test("with test files of their own, no training image becomes a test image")
  func testFiles() throws {
    let split = try assignment(50, definition(validation: 5))
    #expect(split.test == nil)
    #expect((split.training + (split.validation ?? [])).sorted() == Array(0..<50))
  }

  @Test("the split depends on the seed, and on nothing else")
  func seed() throws {
    let first = try assignment(100, definition(validation: 50))
    let again = try assignment(100, definition(validation: 50))
    let other = try assignment(100, definition(validation: 50, seed: 1))
    #expect(first == again)
    #expect(first != other)
  }

  @Test(
    "the default sets aside 5000 images, or one in eleven of fewer",
    arguments: [(60_000, 5000), (55_000, 5000), (1100, 100), (11, 1), (5, 1)])
  func defaults(images: Int, validation: Int) throws {
    let split = try assignment(images, definition())
    #expect(split.validation?.count == validation)
  }

  @Test("counts that leave nothing to train on name the field")
  func tooMany() {
    for count in [10, 11, Int.max] {
      expectError("data.validation_count", "\(count)", "10 training images") {
        _ = try assignment(10, definition(validation: count))
      }
      expectError("data.test_count", "\(count)", "10 training images") {
        _ = try assignment(10, definition(test: count))
      }
    }
    expectError("data.validation_count") {
      _ = try assignment(10, definition(validation: 5, test: 5))
    }
  }
}
