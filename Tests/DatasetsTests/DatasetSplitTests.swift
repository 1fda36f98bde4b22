import Testing

@testable import Datasets

@Suite("splits")
struct DatasetSplitTests {
  private func definition(
    validation: Int? = nil, test: Int? = nil, seed: UInt64 = 0
  ) -> DatasetDefinition {
    DatasetDefinition(
      source: .arrays(
        train: .init(images: "a", labels: "b"),
        test: test == nil ? .init(images: "c", labels: "d") : nil, classes: nil),
      validationCount: validation, testCount: test, splitSeed: seed)
  }

  @Test("every image is in exactly one split, in ascending order")
  func partition() throws {
    let split = try SplitAssignment(
      imageCount: 100, definition: definition(validation: 20, test: 30))
    let test = try #require(split.test)
    #expect([split.training.count, split.validation.count, test.count] == [50, 20, 30])
    #expect((split.training + split.validation + test).sorted() == Array(0..<100))
    #expect(split.training == split.training.sorted())
    #expect(split.validation == split.validation.sorted())
    #expect(test == test.sorted())
  }

  @Test("with test files of their own, no training image becomes a test image")
  func testFiles() throws {
    let split = try SplitAssignment(imageCount: 50, definition: definition(validation: 5))
    #expect(split.test == nil)
    #expect((split.training + split.validation).sorted() == Array(0..<50))
  }

  @Test("the split depends on the seed, and on nothing else")
  func seed() throws {
    let first = try SplitAssignment(imageCount: 100, definition: definition(validation: 50))
    let again = try SplitAssignment(imageCount: 100, definition: definition(validation: 50))
    let other = try SplitAssignment(
      imageCount: 100, definition: definition(validation: 50, seed: 1))
    #expect(first == again)
    #expect(first != other)
  }

  @Test(
    "the default sets aside 5000 images, or one in eleven of fewer",
    arguments: [(60_000, 5000), (55_000, 5000), (1100, 100), (11, 1), (5, 1)])
  func defaults(images: Int, validation: Int) throws {
    let split = try SplitAssignment(imageCount: images, definition: definition())
    #expect(split.validation.count == validation)
  }

  @Test("counts that leave nothing to train on name the field")
  func tooMany() {
    for count in [10, 11, Int.max] {
      expectError("data.validation_count", "\(count)", "10 training images") {
        _ = try SplitAssignment(imageCount: 10, definition: definition(validation: count))
      }
      expectError("data.test_count", "\(count)", "10 training images") {
        _ = try SplitAssignment(imageCount: 10, definition: definition(test: count))
      }
    }
    expectError("data.validation_count") {
      _ = try SplitAssignment(imageCount: 10, definition: definition(validation: 5, test: 5))
    }
  }
}
