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

  @Test("in grey have the luma of their colours")
  func grey() throws {
    try write("P3 2 1 255 255 0 0 0 0 200", to: "a.ppm")
    #expect(try task(1).image(folder.file("a.ppm")) == [76, 23])
  }

  @Test("that are not opaque are refused, or have a background")
  func opacity() throws {
    // Two pixels, white and opaque, black and half transparent, by Pillow: mode LA.
    let png =
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAQAAABeK7cBAAAADUlEQVR4nGP4/5+hAQAHfgJ/pSPAfwAAAABJRU5ErkJggg=="
    try #require(Data(base64Encoded: png)).write(to: URL(fileURLWithPath: folder.file("a.png")))
    expectError(folder.file("a.png"), "not opaque", "--background") {
      _ = try task(1).image(folder.file("a.png"))
    }
    #expect(try task(1, background: [255, 255, 255]).image(folder.file("a.png")) == [255, 127])
    #expect(
      try task(3, background: [0, 0, 0]).image(folder.file("a.png")) == [255, 255, 255, 0, 0, 0])
  }

  @Test("that are damaged name the picture and leave nothing behind")
  func damaged() throws {
    try write("P2 2 1 255 1 2", to: "p/a/1.pgm")
    try write("P2 2 1 255 1", to: "p/b/1.pgm")
    expectError(folder.file("p/b/1.pgm"), "no number") {
      _ = try task(1).run(ImageFolder(folder.file("p")), into: folder.file("out"))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("out")).isEmpty)
  }
}
