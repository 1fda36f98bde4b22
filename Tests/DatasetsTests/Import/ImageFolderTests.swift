import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("a folder of pictures")
struct ImageFolderTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ paths: String...) throws {
    for path in paths {
      let file = folder.file(path)
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: file))
    }
  }

  @Test("has a class for each sub-folder, in the order in which people count")
  func classes() throws {
    try make(
      "p/class 10/b.png", "p/class 9/1.png", "p/class 9/.hidden", "p/ant/x.jpg", "p/notes.txt")
    let found = try ImageFolder(folder.file("p"))
    #expect(found.classNames == ["ant", "class 9", "class 10"])
    #expect(found.train.map(\.label) == [0, 1, 2] && found.test.isEmpty)
    #expect(found.train[1].path == folder.file("p/class 9/1.png"))
    #expect(found.leftOut == [folder.file("p/notes.txt")])
  }

  @Test("may have a folder for training and one for testing")
  func splits() throws {
    try make("p/train/a/1.png", "p/train/b/2.png", "p/train/b/3.png", "p/test/b/4.png")
    try make("p/train/b/old/5.png", "p/test/6.png", "p/7.png")
    let found = try ImageFolder(folder.file("p"))
    #expect(found.classNames == ["a", "b"])
    #expect(found.train.map(\.label) == [0, 1, 1] && found.test.map(\.label) == [1])
    #expect(
      found.leftOut == ["p/7.png", "p/test/6.png", "p/train/b/old"].map(folder.file))
  }

  @Test("that is none says what is missing")
  func refusals() throws {
    expectError(folder.file("none"), "a folder of pictures") {
      _ = try ImageFolder(folder.file("none"))
    }
    try make("one/a/1.png", "empty/a/1.png", "empty/b/.hidden", "other/train/a/1.png")
    try make("other/train/b/1.png", "other/test/c/1.png")
    expectError(folder.file("one"), "sub-folders", "at least two") {
      _ = try ImageFolder(folder.file("one"))
    }
    expectError(folder.file("empty/b"), "no file", "class b") {
      _ = try ImageFolder(folder.file("empty"))
    }
    expectError(folder.file("other/test/c"), "one of the classes") {
      _ = try ImageFolder(folder.file("other"))
    }
  }

  @Test("orders numbers by their value, whatever stands around them")
  func order() {
    let names = ["a2", "a10", "b", "a1b", "10", "9", "a"]
    #expect(names.sorted(by: ImageFolder.isBefore) == ["9", "10", "a", "a1b", "a2", "a10", "b"])
  }
}
