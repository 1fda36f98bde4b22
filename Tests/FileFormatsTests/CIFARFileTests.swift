import Foundation
import TestSupport
import Testing

@testable import FileFormats

@Suite("CIFAR files")
struct CIFARFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A record whose three planes are all `red`, all `green`, all `blue`, but for the red of the
  /// second pixel.
  private func record(labels: [UInt8], red: UInt8, green: UInt8, blue: UInt8) -> [UInt8] {
    var planes = [red, green, blue].flatMap { [UInt8](repeating: $0, count: 1024) }
    planes[1] = 200
    return labels + planes
  }

  @Test("planes become channels, and files follow one another")
  func channelsLast() throws {
    let one = try folder.write(record(labels: [3], red: 1, green: 2, blue: 3), to: "1.bin")
    let two = try folder.write(record(labels: [9], red: 4, green: 5, blue: 6), to: "2.bin")
    let file = try CIFARFile([one, two], labelBytes: 1)
    let images = try file.images(0..<file.count)
    #expect(images.shape == [2, 32, 32, 3])
    #expect(try file.labels() == [3, 9])
    let pixels = try #require(images.asInts()).map { UInt8($0) }
    #expect(Array(pixels[0..<9]) == [1, 2, 3, 200, 2, 3, 1, 2, 3])
    #expect(Array(pixels[3072..<3078]) == [4, 5, 6, 200, 5, 6])
    #expect(try file.images(1..<2).asInts()?.map { UInt8($0) } == Array(pixels[3072...]))
  }

  @Test("of two label bytes the second, fine one counts")
  func fineLabels() throws {
    let path = try folder.write(record(labels: [7, 42], red: 0, green: 0, blue: 0), to: "1.bin")
    #expect(try CIFARFile([path], labelBytes: 2).labels() == [42])
  }

  @Test("a file that is empty or not whole records is an error", arguments: [0, 1, 3072, 3074])
  func wrongSize(length: Int) throws {
    let path = try folder.write([UInt8](repeating: 0, count: length), to: "1.bin")
    expectMalformed(path, "\(length) bytes", "3073") {
      _ = try CIFARFile([path], labelBytes: 1)
    }
  }
}
