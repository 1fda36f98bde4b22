import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

private let fashionMNISTIsHere = FileManager.default.fileExists(
  atPath: DatasetDefinition.Source.fashionMNISTFolder)

@Suite("prepared data sets")
struct PreparedDatasetTests {
  let folder: TemporaryFolder
  var prepared: String { folder.file("prepared") }

  init() throws { folder = try TemporaryFolder() }

  private func pixels(_ dataset: PreparedDataset, _ index: Int, _ split: DatasetSplit) -> [UInt8] {
    withExtendedLifetime(dataset) {
      Array(
        UnsafeRawBufferPointer(
          start: dataset.image(index, of: split), count: dataset.imageElements))
    }
  }

  /// The number of a file on its disk, which changes whenever `AtomicFile` writes it.
  private func identity(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: prepared + "/" + name)[.systemFileNumber]
      as? Int
  }

  /// Changes when a source file says it was last changed; the clock alone may be too coarse for a
  /// test.
  private func touch(_ name: String) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: folder.file(name))
  }

  @Test("every image of the source is in one split, with its own label")
  func contents() throws {
    let dataset = try folder.prepared()
    let counts = DatasetSplit.allCases.map(dataset.count)
    #expect(counts == [40, 8, 6])
    let shape = [dataset.height, dataset.width, dataset.channels, dataset.classes]
    #expect(shape == [4, 5, 1, 3])
    let images = try #require(try IDXFile.read(folder.file("train-images")).asInts()).map {
      UInt8($0)
    }
    let labels = try #require(try IDXFile.read(folder.file("train-labels")).asInts())
    var seen: Set<Int> = []
    for split in [DatasetSplit.training, .validation] {
      for index in 0..<dataset.count(split) {
        let image = pixels(dataset, index, split)
        let original = try #require(
          labels.indices.first { Array(images[$0 * 20..<($0 + 1) * 20]) == image })
        #expect(dataset.label(index, of: split) == labels[original])
        #expect(seen.insert(original).inserted)
      }
    }
    #expect(seen.count == 48)
    let testImages = try #require(try IDXFile.read(folder.file("test-images")).asInts()).map {
      UInt8($0)
    }
    #expect(pixels(dataset, 5, .test) == Array(testImages[100..<120]))
  }

  @Test("every image of a split is found again in the user's files")
  func sourceOrder() throws {
    let dataset = try folder.prepared()
    let images = try #require(try IDXFile.read(folder.file("train-images")).asInts()).map {
      UInt8($0)
    }
    for split in [DatasetSplit.training, .validation] {
      let (files, indices) = try dataset.sourceOrder(of: split)
      #expect(files == .training)
      #expect(indices.count == dataset.count(split))
      for (place, index) in indices.enumerated() {
        #expect(pixels(dataset, place, split) == Array(images[index * 20..<(index + 1) * 20]))
      }
    }
    let test = try dataset.sourceOrder(of: .test)
    #expect(test.files == .test)
    #expect(test.indices == Array(0..<6))
  }

  @Test("a file that is larger than a piece comes out as it went in")
  func manyPieces() throws {
    // Six images of 1.5 MB, so that pieces of 4 MB hold two.
    let side = 1250
    // Rows of bytes that repeat after 251, each begun elsewhere: no two images are the same.
    let bytes = (0..<251 + side).map { UInt8($0 % 251) }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(6 * side * side)
    for row in 0..<6 * side {
      let begin = row * row / side % 251
      pixels += bytes[begin..<begin + side]
    }
    _ = try folder.write(NumericArray(shape: [6, side, side], pixels), to: "images")
    _ = try folder.write(NumericArray(shape: [6], [UInt8(0), 1, 0, 1, 0, 1]), to: "labels")
    let dataset = try PreparedDataset.prepare(
      DatasetDefinition(
        source: .arrays(
          train: .init(images: "images", labels: "labels"), test: nil, classes: nil),
        validationCount: 1, testCount: 1),
      baseFolder: folder.path, into: prepared)
    for split in DatasetSplit.allCases {
      for (index, place) in try dataset.sourceOrder(of: split).indices.enumerated() {
        #expect(
          self.pixels(dataset, index, split)
            == Array(pixels[place * side * side..<(place + 1) * side * side]))
      }
    }
    try dataset.verify()
  }

  @Test("the statistics are those of the training split alone")
  func trainingStatistics() throws {
    let dataset = try folder.prepared()
    let training = (0..<40).flatMap { pixels(dataset, $0, .training) }
    let mean = training.reduce(0.0) { $0 + Double($1) } / Double(training.count) / 255
    // Exact but for one division on each side.
    #expect(abs(dataset.standardization.mean[0] - mean) < 1e-14)
  }

  @Test("another process opens the very same data set")
  func reopens() throws {
    let dataset = try folder.prepared()
    let opened = try PreparedDataset.open(prepared)
    #expect(opened.contentHash == dataset.contentHash)
    #expect(opened.definition == dataset.definition)
    #expect(opened.standardization == dataset.standardization)
    #expect(pixels(opened, 7, .validation) == pixels(dataset, 7, .validation))
    try opened.verify()
  }

  @Test("preparing again reuses the files; touched sources only change the record")
  func reuses() throws {
    let dataset = try folder.prepared()
    let definition = dataset.definition
    let (images, description) = (try identity("images.u8"), try identity("dataset.json"))
    _ = try PreparedDataset.prepare(definition, baseFolder: folder.path, into: prepared)
    #expect(try identity("images.u8") == images)
    #expect(try identity("dataset.json") == description)
    try touch("train-images")
    let again = try PreparedDataset.prepare(definition, baseFolder: folder.path, into: prepared)
    #expect(try identity("images.u8") == images)
    #expect(try identity("dataset.json") != description)
    #expect(again.contentHash == dataset.contentHash)
  }

  @Test("another definition, other sources or damaged files are prepared anew")
  func preparesAnew() throws {
    let dataset = try folder.prepared()
    var definition = dataset.definition
    definition.splitSeed = 9
    let reseeded = try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: prepared)
    #expect(reseeded.contentHash != dataset.contentHash)

    _ = try folder.writePair("train", count: 48, offset: 1)
    try touch("train-images")
    let changed = try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: prepared)
    #expect(changed.contentHash != reseeded.contentHash)

    for (name, contents) in [("images.u8", "short"), ("dataset.json", "{\"format_version\": 1")] {
      try AtomicFile.write(contents, to: prepared + "/" + name)
      expectError(prepared + "/" + name) { _ = try PreparedDataset.open(prepared) }
      let repaired = try PreparedDataset.prepare(
        definition, baseFolder: folder.path, into: prepared)
      #expect(repaired.contentHash == changed.contentHash)
    }
  }

  @Test("the same data in another folder have the same hash")
  func hashIgnoresPlace() throws {
    let other = try TemporaryFolder()
    #expect(try folder.prepared().contentHash == other.prepared().contentHash)
  }

  @Test("the hashes of splits are those of their images alone")
  func splitHashes() throws {
    let dataset = try folder.prepared()
    var definition = dataset.definition
    definition.splitSeed = 9
    let reseeded = try PreparedDataset.prepare(
      definition, baseFolder: folder.path, into: folder.file("other"))
    #expect(reseeded.testHash == dataset.testHash && dataset.testHash?.count == 64)
    #expect(reseeded.validationHash != dataset.validationHash)
    #expect(dataset.validationHash != dataset.testHash)
    let bytes = pixels(dataset, 0, .test).count * 6
    var text = Data("split 1\nuint8 4 5 1 6 1\n".utf8)
    text += try Data(contentsOf: URL(fileURLWithPath: prepared + "/images.u8")).suffix(bytes)
    text += try Data(contentsOf: URL(fileURLWithPath: prepared + "/labels.u8")).suffix(6)
    #expect(dataset.testHash == ContentHash.hexadecimal(of: text))
  }

  @Test(
    "a description that was changed by hand is refused by its own hash, and prepared anew",
    arguments: [
      ("\"unlabeled_count\" : 0", "\"unlabeled_count\" : 1"),
      ("\"standard_deviation\" : [\n      0.", "\"standard_deviation\" : [\n      1."),
      ("\"classes\" : 3", "\"classes\" : 4"),
      ("\"content_sha256\" : \"", "\"content_sha256\" : \"0"),
    ])
  func changedDescription(text: String, other: String) throws {
    let dataset = try folder.prepared()
    let path = prepared + "/dataset.json"
    let whole = try String(contentsOfFile: path, encoding: .utf8)
    let changed = whole.replacing(text, with: other, maxReplacements: 1)
    try #require(changed != whole, "\(whole)")
    try AtomicFile.write(changed, to: path)
    do {
      _ = try PreparedDataset.contentHash(in: prepared)
      Issue.record("the change was not found")
    } catch {
      #expect("\(error)".contains("\(path): description_sha256"), "\(error)")
    }
    let again = try PreparedDataset.prepare(
      dataset.definition, baseFolder: folder.path, into: prepared)
    #expect(again.standardization == dataset.standardization)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == whole)
    #expect(try PreparedDataset.contentHash(in: prepared) == dataset.contentHash)
  }

  @Test("a folder of a version without hashes of splits is completed, not made anew")
  func oldDescription() throws {
    let dataset = try folder.prepared()
    let path = prepared + "/dataset.json"
    let whole = try String(contentsOfFile: path, encoding: .utf8)
    let old = whole.split(separator: "\n").filter {
      !$0.contains("validation_sha256") && !$0.contains("test_sha256")
        && !$0.contains("description_sha256")
    }.joined(separator: "\n")
    #expect(old != whole)
    try AtomicFile.write(old, to: path)
    #expect(try PreparedDataset.open(prepared).testHash == dataset.testHash)
    let images = try identity("images.u8")
    let completed = try PreparedDataset.prepare(
      dataset.definition, baseFolder: folder.path, into: prepared)
    #expect(completed.validationHash == dataset.validationHash)
    #expect(try identity("images.u8") == images)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == whole)
  }

  @Test("verifying notices one changed byte")
  func verifies() throws {
    let dataset = try folder.prepared()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: prepared + "/images.u8"))
    bytes[3] ^= 1
    try AtomicFile.write(bytes, to: prepared + "/images.u8")
    try dataset.verify()  // The old file is still mapped.
    let damaged = try PreparedDataset.open(prepared)
    expectError(prepared, "content_sha256", dataset.contentHash) { try damaged.verify() }
  }

  @Test("a folder that holds no prepared data set, or half of one, is an error with its path")
  func opensOnlyWhole() throws {
    expectError(folder.file("none/dataset.json")) {
      _ = try PreparedDataset.open(folder.file("none"))
    }
    _ = try folder.prepared()
    let path = prepared + "/dataset.json"
    let whole = try String(contentsOfFile: path, encoding: .utf8)
    let changed = whole.replacingOccurrences(of: "\"width\" : 5", with: "\"width\" : 2000000000")
    #expect(changed != whole)
    // As a folder of before there was a checksum over the description.
    let absurd = changed.split(separator: "\n").filter { !$0.contains("description_sha256") }
      .joined(separator: "\n")
    #expect(absurd != changed)
    let older = whole.replacingOccurrences(
      of: "\"format_version\" : 1", with: "\"format_version\" : 0")
    #expect(older != whole)
    for (contents, part) in [
      ("{}", "format_version"), ("{", ":1:2:"), ("[]", "a prepared data set"),
      (changed, "description_sha256"), (absurd, "prepared data set"), (older, "delete the folder"),
    ] {
      try AtomicFile.write(contents, to: path)
      expectError(path, part) { _ = try PreparedDataset.open(prepared) }
    }
  }

  @Test("more than 256 classes are kept in two bytes")
  func manyClasses() throws {
    let images = NumericArray(shape: [1200, 1, 2], (0..<2400).map(pseudoPixel))
    _ = try folder.write(images, to: "images")
    _ = try folder.write(
      NumericArray(shape: [1200], (0..<1200).map { Int32($0 % 400) }), to: "labels")
    let dataset = try PreparedDataset.prepare(
      DatasetDefinition(
        source: .arrays(
          train: .init(images: "images", labels: "labels"), test: nil, classes: nil),
        validationCount: 50, testCount: 50),
      baseFolder: folder.path, into: prepared)
    let labels = DatasetSplit.allCases.flatMap { split in
      (0..<dataset.count(split)).map { dataset.label($0, of: split) }
    }
    #expect(labels.sorted() == (0..<1200).map { $0 / 3 })
    #expect(dataset.classes == 400)
  }

  @Test("a folder that cannot be written is an error with its path")
  func readOnlyFolder() throws {
    let definition = try folder.prepared().definition
    // Root may write anywhere but where the kernel says no.
    var target = "/sys/prepared"
    if geteuid() != 0 {
      target = folder.file("read-only/prepared")
      try FileManager.default.createDirectory(
        atPath: folder.file("read-only"), withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o555])
    }
    expectError(target, "cannot create folder") {
      _ = try PreparedDataset.prepare(definition, baseFolder: folder.path, into: target)
    }
  }

  @Test(
    "Fashion-MNIST is 55,000, 5,000 and 10,000 images with the known statistics",
    .enabled(if: fashionMNISTIsHere, "dataset-fashion-mnist is not installed"))
  func fashionMNIST() throws {
    let dataset = try PreparedDataset.prepare(
      .fashionMNIST, baseFolder: folder.path, into: prepared)
    let counts = DatasetSplit.allCases.map(dataset.count)
    #expect(counts == [55_000, 5000, 10_000])
    // The customary figures, from all 60,000 training images, are 0.2860 and 0.3530.
    #expect(abs(dataset.standardization.mean[0] - 0.2860) < 0.002)
    #expect(abs(dataset.standardization.standardDeviation[0] - 0.3530) < 0.002)
    let perClass = (0..<10_000).reduce(into: [Int](repeating: 0, count: 10)) {
      $0[dataset.label($1, of: .test)] += 1
    }
    #expect(perClass == [Int](repeating: 1000, count: 10))
  }
}
