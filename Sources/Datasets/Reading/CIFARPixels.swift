import FileFormats
import Foundation

/// The images of CIFAR files.
struct CIFARPixels: PixelSource {
  let file: CIFARFile

  var shape: ImageShape {
    ImageShape(
      count: file.count, height: CIFARFile.side, width: CIFARFile.side, channels: 3, type: .uint8)
  }

  func pixels(_ range: Range<Int>) throws -> Data { try file.images(range).bytes }
}
