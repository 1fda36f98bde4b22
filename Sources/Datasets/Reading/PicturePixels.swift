import FileFormats
import Foundation

/// Pictures of one size in a folder as images, in an order that is given.
struct PicturePixels: PixelSource {
  let shape: ImageShape
  private let paths: [String]

  /// Looks at the first picture, which says what all are like.
  ///
  /// - Parameters:
  ///   - folder: Where they lie.
  ///   - names: The pictures' paths in the folder, in the order wanted.
  /// - Throws: `DatasetError` or `FileFormatError` if it cannot be read.
  init(folder: String, names: [String]) throws {
    paths = names.map { $0.hasPrefix("/") ? $0 : (folder as NSString).appendingPathComponent($0) }
    guard let first = paths.first else {
      throw DatasetError.invalidData(
        file: folder, location: "pictures", found: "none that the labels name",
        expected: "at least one")
    }
    let picture = try PicturePixels.read(first)
    shape = ImageShape(
      count: paths.count, height: picture.height, width: picture.width,
      channels: picture.channels, type: .uint8)
  }

  func pixels(_ range: Range<Int>) throws -> Data {
    let pictures = try PictureBatch.read(Array(paths[range])) { path in
      let picture = try PicturePixels.read(path)
      let (found, expected) = (
        [picture.height, picture.width, picture.channels],
        [shape.height, shape.width, shape.channels]
      )
      guard found == expected else {
        throw DatasetError.invalidData(
          file: path, location: "height, width and channels", found: "\(found)",
          expected:
            "\(expected), as in \(paths[0]); autodistill data import brings pictures to one "
            + "size and to grey or colours")
      }
      return picture.pixels
    }
    return pictures.reduce(into: Data()) { $0.append(contentsOf: $1) }
  }

  private static func read(_ path: String) throws -> RasterImage {
    try PictureFile.read(path).flattened(onto: nil, path: path)
  }
}
