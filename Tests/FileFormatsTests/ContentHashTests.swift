import Foundation
import RandomStreams
import TestSupport
import Testing

@testable import FileFormats

/// Vectors from NIST, "Examples with intermediate values", SHA-256, and FIPS 180-2, appendix B.
@Suite("content hashes")
struct ContentHashTests {
  @Test(
    "the standard's examples give the standard's hashes",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (
        "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
          + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
      ),
    ])
  func vectors(text: String, expected: String) {
    #expect(ContentHash.hexadecimal(of: text) == expected)
  }

  @Test("a million letters a give the standard's hash")
  func million() {
    #expect(
      ContentHash.hexadecimal(of: Data(repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "pieces of any size give the hash of the whole", arguments: [1, 3, 55, 56, 63, 64, 65, 200])
  func pieces(size: Int) {
    let data = Data((0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    var hash = ContentHash()
    for start in stride(from: 0, to: data.count, by: size) {
      hash.update(data[start..<min(data.count, start + size)])
      _ = hash.hexadecimal  // looking does not change it
    }
    #expect(hash.hexadecimal == ContentHash.hexadecimal(of: data))
  }

  @Test("a file has the hash of its contents")
  func file() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("abc".utf8, to: "abc")
    #expect(try ContentHash.hexadecimal(ofFile: path) == ContentHash.hexadecimal(of: "abc"))
    expectSystemError(folder.file("none"), [ENOENT]) {
      _ = try ContentHash.hexadecimal(ofFile: folder.file("none"))
    }
  }

  @Test("the processor's instructions give what plain arithmetic gives")
  func instructions() {
    var random = RandomStream(seed: 4, purpose: "blocks")
    for count in [1, 2, 5, 40] {
      let bytes = (0..<64 * count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      var plain = ContentHash.initialState
      bytes.withUnsafeBytes { compressPlainly($0, into: &plain) }
      var fast = ContentHash.initialState
      bytes.withUnsafeBytes { compress($0, into: &fast) }
      #expect(fast == plain)
    }
  }
}
