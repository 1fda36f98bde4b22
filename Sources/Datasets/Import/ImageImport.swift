import FileFormats
import Foundation

/// Makes NPY files of one size, or of two, out of a folder of pictures.
public struct ImageImport: Sendable {
  public let scaling: ImageScaling
  /// The size of a second set of the same images, for a teacher that sees larger ones; nil for none.
  public let teacherScaling: ImageScaling?
  /// 1 for grey, 3 for colours.
  public let channels: Int
  /// What shows through where a picture is not opaque, red, green and blue; nil refuses such pictures.
  public let background: [UInt8]?

  public init(
    scaling: ImageScaling, teacherScaling: ImageScaling? = nil, channels: Int,
    background: [UInt8]? = nil
  ) {
    precondition(channels == 1 || channels == 3, "grey or colours")
    (self.scaling, self.teacherScaling) = (scaling, teacherScaling)
    (self.channels, self.background) = (channels, background)
  }

  /// Writes `train-images.npy` and `train-labels.npy`, and with a test folder `test-images.npy` and
  /// `test-labels.npy`; the teacher's images, if there are any, as `train-teacher-images.npy` and
  /// `test-teacher-images.npy`; and `train-files.csv` and `test-files.csv` with the file, from the folder
  /// of pictures on, and the class of each image.
  /// Memory does not depend on the sizes of the pictures.
  ///
  /// - Parameters:
  ///   - folder: Where they are written; made if it is not there.
  ///   - advance: Told how many pictures are done.
  /// - Returns: The definition of the data, with paths relative to `folder`.
  /// - Throws: `DatasetError` or `FileFormatError` naming the picture that is wrong, or the first of several;
  ///   its split is not written then.
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
      func writer(_ name: String, _ scaling: ImageScaling) throws -> NPYWriter {
        try NPYWriter(
          path(name),
          shape: [items.count, scaling.height, scaling.width] + (channels == 1 ? [] : [channels]),
          elementType: .uint8)
      }
      let scalings = [scaling] + (teacherScaling.map { [$0] } ?? [])
      let names = [pair.images, ImageImport.teacherImages(name)]
      let writers = try zip(names, scalings).map(writer)
      var broken = BrokenPictures()
      for start in stride(from: 0, to: items.count, by: ImageImport.chunk) {
        let chunk = Array(items[start..<min(items.count, start + ImageImport.chunk)])
        let read = PictureBatch.results(chunk.map(\.path)) { try images($0, scalings) }
        for (item, result) in zip(chunk, read) {
          if case .failure(let error) = result { broken.add(item.path, error) }
        }
        if broken.areMany { break }
        // What is wrong with the others is of use too.
        guard broken.isEmpty else { continue }
        let pictures = try read.map { try $0.get() }
        for (size, writer) in writers.enumerated() {
          try writer.append(pictures.reduce(into: Data()) { $0.append(contentsOf: $1[size]) })
        }
        advance(done + start + chunk.count)
      }
      try broken.check()
      try AtomicFile.write(
        list(items, of: pictures), to: path("\(name)-files.csv"))
      let labels = items.map { UInt16($0.label) }
      try NPYFile.write(NumericArray(shape: [items.count], labels), to: path(pair.labels))
      for writer in writers { try writer.finish() }
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

  /// The table of a split's images in their order.
  private func list(_ items: [ImageFolder.Item], of pictures: ImageFolder) -> String {
    let rows = items.map { [pictures.relativePath(of: $0), pictures.classNames[$0.label]] }
    return ([["file", "class"]] + rows).map(CSVLine.text).joined()
  }

  private static let chunk = 256

  /// Returns the name of the teacher's images of a split, `train` or `test`.
  public static func teacherImages(_ split: String) -> String { "\(split)-teacher-images.npy" }

  /// Returns the pixels of a picture in some sizes, `[height, width, channels]` each.
  func images(_ path: String, _ scalings: [ImageScaling]) throws -> [[UInt8]] {
    let opaque = try PictureFile.read(path).flattened(onto: background, path: path)
    return scalings.map { recoloured($0.scaled(opaque)).pixels }
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
