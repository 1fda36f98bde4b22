import FileFormats
import Foundation

/// Makes NPY files of one size out of a folder of pictures.
public struct ImageImport: Sendable {
  public let scaling: ImageScaling
  /// 1 for grey, 3 for colours.
  public let channels: Int
  /// What shows through where a picture is not opaque, red, green and blue; nil refuses such pictures.
  public let background: [UInt8]?

  public init(scaling: ImageScaling, channels: Int, background: [UInt8]? = nil) {
    precondition(channels == 1 || channels == 3, "grey or colours")
    (self.scaling, self.channels, self.background) = (scaling, channels, background)
  }

  /// The bytes of one image.
  var imageBytes: Int { scaling.height * scaling.width * channels }

  /// Writes `train-images.npy` and `train-labels.npy`, and with a test folder `test-images.npy` and
  /// `test-labels.npy`. Memory does not depend on the number of pictures.
  ///
  /// - Parameters:
  ///   - folder: Where they are written; made if it is not there.
  ///   - advance: Told how many pictures are done.
  /// - Returns: The definition of the data, with paths relative to `folder`.
  /// - Throws: `DatasetError` or `FileFormatError` naming the picture that is wrong; its split is not written then.
  public func run(
    _ pictures: ImageFolder, into folder: String, advance: @Sendable (Int) -> Void = { _ in }
  ) throws -> DatasetDefinition {
    try Folder.create(folder)
    func write(_ items: [ImageFolder.Item], _ name: String, from done: Int) throws
      -> DatasetDefinition.ArrayPair
    {
      let pair = DatasetDefinition.ArrayPair(
        images: "\(name)-images.npy", labels: "\(name)-labels.npy")
      func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
      let writer = try NPYWriter(
        path(pair.images),
        shape: [items.count, scaling.height, scaling.width]
          + (channels == 1 ? [] : [channels]), elementType: .uint8)
      for start in stride(from: 0, to: items.count, by: ImageImport.chunk) {
        let chunk = Array(items[start..<min(items.count, start + ImageImport.chunk)])
        try writer.append(PictureBatch.pixels(of: chunk.map(\.path), image))
        advance(done + start + chunk.count)
      }
      let labels = items.map { UInt16($0.label) }
      try NPYFile.write(NumericArray(shape: [items.count], labels), to: path(pair.labels))
      try writer.finish()
      return pair
    }
    let train = try write(pictures.train, "train", from: 0)
    let test =
      pictures.test.isEmpty
      ? nil : try write(pictures.test, "test", from: pictures.train.count)
    return DatasetDefinition(
      source: .arrays(train: train, test: test, classes: nil, classNames: pictures.classNames),
      testCount: test == nil ? max(1, pictures.train.count / 6) : nil)
  }

  private static let chunk = 256

  /// Returns the pixels of a picture, `[height, width, channels]`.
  func image(_ path: String) throws -> [UInt8] {
    let opaque = try PictureFile.read(path).flattened(onto: background, path: path)
    return recoloured(scaling.scaled(opaque)).pixels
  }

  /// Returns a picture in grey or in colours, by the luma of ITU-R BT.601.
  private func recoloured(_ image: RasterImage) -> RasterImage {
    guard image.channels != channels else { return image }
    let pixels: [UInt8]
    if channels == 3 {
      pixels = image.pixels.flatMap { [$0, $0, $0] }
    } else {
      pixels = stride(from: 0, to: image.pixels.count, by: 3).map { start in
        let (red, green, blue) = (
          Int(image.pixels[start]), Int(image.pixels[start + 1]), Int(image.pixels[start + 2])
        )
        return UInt8((299 * red + 587 * green + 114 * blue + 500) / 1000)
      }
    }
    return RasterImage(
      height: image.height, width: image.width, channels: channels, pixels: pixels)
  }
}
