import FileFormats
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("pictures made into NPY files")
struct ImageImportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, to path: String) throws {
    let file = folder.file(path)
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  private func task(_ channels: Int, background: [UInt8]? = nil) -> ImageImport {
    ImageImport(
      scaling: ImageScaling(height: 1, width: 2), channels: channels, background: background)
  }

  /// The pixels of one picture.
  private func pixels(of name: String, _ task: ImageImport) throws -> [UInt8] {
    try task.images(folder.file(name), [task.scaling])[0]
  }

  @Test("are a data set with the classes' names, which prepares as any other")
  func whole() throws {
    for index in 0..<6 {
      try write("P2 2 1 255 \(index) 10", to: "p/train/cat/\(index).pgm")
      try write("P3 2 1 255 255 0 0 0 0 \(index)", to: "p/train/dog/\(index).ppm")
    }
    try write("P2 2 1 255 7 8", to: "p/test/cat/1.pgm")
    let definition = try task(3).run(ImageFolder(folder.file("p")), into: folder.file("out"))
    #expect(definition.classNames == ["cat", "dog"])
    let images = try NPYFile.read(folder.file("out/train-images.npy"))
    #expect(images.shape == [12, 1, 2, 3])
    #expect([UInt8](images.bytes.prefix(12)) == [0, 0, 0, 10, 10, 10, 1, 1, 1, 10, 10, 10])
    #expect([UInt8](images.bytes.suffix(6)) == [255, 0, 0, 0, 0, 5])
    let files = try CSVTable(contentsOf: folder.file("out/train-files.csv"))
    let names = try files.column("file").fields
    #expect(names.count == 12 && names[7] == "train/dog/1.ppm")
    #expect(try files.column("class").fields[7] == "dog")
    #expect(
      try String(contentsOfFile: folder.file("out/test-files.csv"), encoding: .utf8)
        == "file,class\r\ntest/cat/1.pgm,cat\r\n")
    #expect(
      try NPYFile.read(folder.file("out/train-labels.npy")).asInts()
        == Array(repeating: 0, count: 6) + Array(repeating: 1, count: 6))
    let dataset = try PreparedDataset.prepare(
      definition, baseFolder: folder.file("out"), into: folder.file("prepared"))
    #expect(dataset.count(.test) == 1 && dataset.classes == 2 && dataset.channels == 3)
    // The same definition comes out of its JSON.
    let text = String(decoding: try JSONEncoder().encode(definition), as: UTF8.self)
    #expect(try DatasetDefinition(json(text)) == definition)
  }

  @Test("are written in a second size for a teacher, in the same order")
  func teacher() throws {
    for index in 0..<3 {
      try write("P2 2 1 255 \(10 * index) 20", to: "p/train/cat/\(index).pgm")
      try write("P2 2 1 255 100 \(10 * index)", to: "p/train/dog/\(index).pgm")
    }
    try write("P2 2 1 255 7 8", to: "p/test/cat/1.pgm")
    let task = ImageImport(
      scaling: ImageScaling(height: 1, width: 1, fit: .stretch),
      teacherScaling: ImageScaling(height: 1, width: 2, fit: .stretch), channels: 1)
    let definition = try task.run(ImageFolder(folder.file("p")), into: folder.file("out"))
    let small = try NPYFile.read(folder.file("out/train-images.npy"))
    let large = try NPYFile.read(folder.file("out/train-teacher-images.npy"))
    #expect(small.shape == [6, 1, 1] && large.shape == [6, 1, 2])
    #expect([UInt8](large.bytes.prefix(4)) == [0, 20, 10, 20])
    for image in 0..<6 {
      let sum = Int(large.bytes[2 * image]) + Int(large.bytes[2 * image + 1])
      #expect(Int(small.bytes[image]) == sum / 2)
    }
    #expect(try NPYFile.read(folder.file("out/test-teacher-images.npy")).shape == [1, 1, 2])
    let dataset = try PreparedDataset.prepare(
      definition, baseFolder: folder.file("out"), into: folder.file("prepared"))
    let other = try dataset.prepare(
      OtherImages(train: "train-teacher-images.npy", test: "test-teacher-images.npy"),
      baseFolder: folder.file("out"), into: folder.file("other"))
    #expect(other.width == 2 && other.count(.training) == dataset.count(.training))
  }

  @Test("in grey have the luma of their colours")
  func grey() throws {
    try write("P3 2 1 255 255 0 0 0 0 200", to: "a.ppm")
    #expect(try pixels(of: "a.ppm", task(1)) == [76, 23])
  }

  @Test("that are not opaque are refused, or have a background")
  func opacity() throws {
    // Two pixels, white and opaque, black and half transparent, by Pillow: mode LA.
    let png =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGP4/5+hAQAHfgJ/pSPAfwAAAABJRU5ErkJggg=="
    try #require(Data(base64Encoded: png)).write(to: URL(fileURLWithPath: folder.file("a.png")))
    expectError(folder.file("a.png"), "not opaque", "--background") {
      _ = try pixels(of: "a.png", task(1))
    }
    #expect(try pixels(of: "a.png", task(1, background: [255, 255, 255])) == [255, 127])
    #expect(
      try pixels(of: "a.png", task(3, background: [0, 0, 0])) == [255, 255, 255, 0, 0, 0])
  }

  @Test("that are damaged name the picture and leave nothing behind")
  func damaged() throws {
    try write("P2 2 1 255 1 2", to: "p/a/1.pgm")
    try write("P2 2 1 255 1", to: "p/b/1.pgm")
    expectError(folder.file("p/b/1.pgm"), "no number") {
      _ = try task(1).run(ImageFolder(folder.file("p")), into: folder.file("out"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).isEmpty)
    // All are named, up to twenty.
    for index in 2..<5 { try write("P2 2 1 255 1", to: "p/b/\(index).pgm") }
    expectError(folder.file("p/b/1.pgm"), "nor can 3 other pictures be read", "p/b/4.pgm") {
      _ = try task(1).run(ImageFolder(folder.file("p")), into: folder.file("out"))
    }
    for index in 5..<40 { try write("P2 2 1 255 1", to: "p/b/\(index).pgm") }
    expectError("nor can at least 19 other pictures be read") {
      _ = try task(1).run(ImageFolder(folder.file("p")), into: folder.file("out"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).isEmpty)
  }
}
