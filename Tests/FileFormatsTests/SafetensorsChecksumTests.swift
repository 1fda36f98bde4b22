import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("the checksum of a safetensors file")
struct SafetensorsChecksumTests {
  private let path = "/studies/a/candidates/0102/distilled-0.checkpoint.safetensors"

  private var file: SafetensorsFile {
    SafetensorsFile(
      tensors: ["parameters": NumericArray(shape: [3], [Float(1), 2, 3])],
      metadata: ["identity": "one"])
  }

  @Test("finds the file intact where it was written, and wherever the whole study is moved to")
  func intact() throws {
    let sealed = file.sealed(for: path)
    #expect(sealed.check(at: path) == .intact)
    #expect(
      sealed.check(at: "candidates/0102/distilled-0.checkpoint.safetensors") == .intact)
    #expect(sealed.isWhole(at: path) && sealed.tensors == file.tensors)
    #expect(sealed.metadata["identity"] == "one")
    let folder = try TemporaryFolder()
    try sealed.write(to: folder.file("a"))
    #expect(try SafetensorsFile.read(folder.file("a")).check(at: path) == .intact)
  }

  @Test("finds a value, a shape or a text that was changed")
  func damaged() throws {
    let sealed = file.sealed(for: path)
    let changes: [(inout SafetensorsFile) -> Void] = [
      { $0.tensors["parameters"] = NumericArray(shape: [3], [Float(1), 2, 4]) },
      { $0.tensors["parameters"] = NumericArray(shape: [1, 3], [Float(1), 2, 3]) },
      { $0.metadata["identity"] = "two" }, { $0.metadata["place"] = "0103/x" },
      { $0.metadata["more"] = "" }, { $0.tensors["more"] = NumericArray(shape: [1], [Float(0)]) },
    ]
    for (index, change) in changes.enumerated() {
      var changed = sealed
      change(&changed)
      guard case .damaged(let found, let expected) = changed.check(at: path) else {
        Issue.record("change \(index) was not found")
        continue
      }
      #expect(found != expected && expected == sealed.metadata["sha256"])
      #expect(!changed.isWhole(at: path))
    }
  }

  @Test("finds a whole file in the place of another one, and says where it is from")
  func misplaced() {
    let sealed = file.sealed(for: path)
    for other in [
      "/studies/a/candidates/0103/distilled-0.checkpoint.safetensors",
      "/studies/a/candidates/0102/distilled-1.checkpoint.safetensors",
    ] {
      #expect(
        sealed.check(at: other)
          == .misplaced(from: "0102/distilled-0.checkpoint.safetensors"))
      #expect(sealed.isWhole(at: other))
    }
  }

  @Test("says that a file has none, and reads one without a place as earlier versions wrote it")
  func earlier() {
    #expect(file.check(at: path) == .unchecked && !file.isWhole(at: path))
    var hash = ContentHash()
    hash.update("identity one\nparameters [3]\n")
    hash.update(NumericArray(shape: [3], [Float(1), 2, 3]).bytes)
    var old = file
    old.metadata["sha256"] = hash.hexadecimal
    #expect(old.check(at: path) == .intact)
  }
}
