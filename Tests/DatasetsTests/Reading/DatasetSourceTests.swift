import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("data set files")
struct DatasetSourceTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func source(_ source: DatasetDefinition.Source) throws -> DatasetSource {
    try DatasetSource(DatasetDefinition(source: source), baseFolder: folder.path)
  }

  private func open(_ source: DatasetDefinition.Source) throws -> OpenedDataset {
    try self.source(source).open(scratchFolder: folder.path)
  }

  @Test("missing Fashion-MNIST says what was looked for and what to install")
  func missingFashionMNIST() {
    let file = folder.file("fm/train-images-idx3-ubyte")
    expectError(file + " and " + file + ".gz", "apt-get install dataset-fashion-mnist") {
      _ = try source(.fashionMNIST(folder: "fm"))
    }
  }

  @Test("a missing file of the user's own is named in full, with the field that names it")
  func missingFile() throws {
    let pair = try folder.writePair("train", count: 4)
    expectError("data.test_images: no such data file; looked for " + folder.file("none")) {
      _ = try source(
        .arrays(train: pair, test: .init(images: "none", labels: "none"), classes: nil))
    }
  }

  @Test("Fashion-MNIST is found under its names, gzipped or not")
  func fashionMNIST() throws {
    for (prefix, count) in [("train", 12), ("t10k", 5)] {
      let pair = try folder.writePair("fm", count: count, classes: 10)
      let manager = FileManager.default
      try manager.moveItem(
        atPath: folder.file(pair.images), toPath: folder.file("\(prefix)-images-idx3-ubyte"))
      try manager.moveItem(
        atPath: folder.file(pair.labels), toPath: folder.file("\(prefix)-labels-idx1-ubyte"))
    }
    let gzip = try Process.run(
      URL(fileURLWithPath: "/usr/bin/env"),
      arguments: ["gzip", folder.file("train-images-idx3-ubyte")])
    gzip.waitUntilExit()
    let found = try open(.fashionMNIST(folder: folder.path))
    #expect(found.training.shape.count == 12 && found.classes.count == 10)
    #expect(found.test?.shape.count == 5)
  }

  @Test("swapped images and labels, or a file cut short, name the file")
  func badFiles() throws {
    let pair = try folder.writePair("train", count: 4)
    let test = try folder.writePair("test", count: 4)
    let swapped = DatasetDefinition.ArrayPair(images: pair.labels, labels: pair.images)
    expectError(folder.file(pair.images), "labels: whole numbers", "swapped?") {
      _ = try open(.arrays(train: swapped, test: test, classes: nil))
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: folder.file(pair.images)))
    try whole.dropLast().write(to: URL(fileURLWithPath: folder.file(pair.images)))
    expectError(folder.file(pair.images), "79 bytes", "80 bytes") {
      _ = try open(.arrays(train: pair, test: test, classes: nil))
    }
  }

  @Test("test images must look like training images, and their labels be known")
  func mismatch() throws {
    let train = try folder.writePair("train", count: 9, classes: 3)
    let other = try folder.writePair("other", count: 4, height: 6)
    expectError(folder.file(other.images), "[6, 5, 1]", "[4, 5, 1]") {
      _ = try open(.arrays(train: train, test: other, classes: nil))
    }
    let more = try folder.writePair("more", count: 9, classes: 5)
    expectError(folder.file(more.labels), "label", "0 to 2") {
      _ = try open(.arrays(train: train, test: more, classes: nil))
    }
    expectError("no training image of class 3, 4") {
      _ = try open(.arrays(train: train, test: more, classes: 5))
    }
    #expect(try open(.arrays(train: more, test: train, classes: 5)).classes.count == 5)
  }

  @Test("CIFAR-10 comes from five batches, CIFAR-100 by fine labels")
  func cifar() throws {
    func write(_ name: String, labels: [UInt8]) throws {
      let pixels = (0..<3072).map(pseudoPixel)
      var records: [UInt8] = []
      for label in labels { records += [label] + pixels }
      try Data(records).write(to: URL(fileURLWithPath: folder.file(name)))
    }
    for batch in 1...5 {
      try write("data_batch_\(batch).bin", labels: [UInt8(2 * batch - 2), UInt8(2 * batch - 1)])
    }
    expectError(folder.file("test_batch.bin")) { _ = try source(.cifar10(folder: folder.path)) }
    try write("test_batch.bin", labels: [9])
    let ten = try open(.cifar10(folder: folder.path))
    #expect(ten.training.labels == Array(0..<10))
    #expect(
      ten.training.shape
        == ImageShape(count: 10, height: 32, width: 32, channels: 3, type: .uint8))
    #expect(try ten.training.pixels.pixels(9..<10).count == 3072)
    #expect(ten.test?.labels == [9])
    func writeFine(_ name: String, labels: [UInt8]) throws {
      let pixels = (0..<3072).map(pseudoPixel)
      var records: [UInt8] = []
      for label in labels { records += [3, label] + pixels }
      try Data(records).write(to: URL(fileURLWithPath: folder.file(name)))
    }
    try writeFine("train.bin", labels: Array(0..<100))
    try writeFine("test.bin", labels: [100])
    expectError(folder.file("test.bin"), "label 0", "found 100", "0 to 99") {
      _ = try open(.cifar100(folder: folder.path))
    }
  }
}
