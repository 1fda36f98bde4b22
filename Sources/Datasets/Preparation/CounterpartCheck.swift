/// Whether two files of images show the same in the same order, whatever their sizes and channels.
///
/// An image of one file is compared with the image of the same number in the other and with its neighbour there, by the
/// brightness of a few parts. Of the same images nearly all are closer to their counterpart, of images in another
/// order about a half.
struct CounterpartCheck {
  /// The images that were compared, without those that are as close to both.
  private(set) var compared = 0
  /// Those that are closer to their counterpart.
  private(set) var matching = 0

  /// Parts along each side.
  private static let parts = 4
  private static let mostImages = 200
  /// With fewer nothing can be said.
  private static let leastImages = 30

  init(_ first: PreparedDataset, _ second: PreparedDataset, _ split: DatasetSplit) {
    let count = first.count(split)
    let step = max(1, count / CounterpartCheck.mostImages)
    let indices = Array(Swift.stride(from: 0, to: count, by: step))
    let (a, b) = (
      CounterpartCheck.features(first, split, indices),
      CounterpartCheck.features(second, split, indices)
    )
    for place in indices.indices {
      let own = CounterpartCheck.distance(a[place], b[place])
      let other = CounterpartCheck.distance(a[place], b[(place + 1) % indices.count])
      if own == other { continue }
      compared += 1
      if own < other { matching += 1 }
    }
  }

  /// Whether the images are in another order, or others. Of 200 images in another order so many are hardly ever
  /// closer by chance.
  var isRefused: Bool {
    compared >= CounterpartCheck.leastImages && Double(matching) < 0.65 * Double(compared)
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The brightness of each part of some images, of mean 0 and deviation 1 over the images.
  private static func features(
    _ dataset: PreparedDataset, _ split: DatasetSplit, _ indices: [Int]
  ) -> [[Double]] {
    var rows = indices.map { brightness(dataset, dataset.image($0, of: split)) }
    for part in 0..<parts * parts {
      let values = rows.map { $0[part] }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(values.count)).squareRoot()
      for row in rows.indices {
        rows[row][part] = deviation > 0 ? (rows[row][part] - mean) / deviation : 0
      }
    }
    return rows
  }

  private static func brightness(_ dataset: PreparedDataset, _ image: UnsafeRawPointer) -> [Double]
  {
    let (height, width, channels) = (dataset.height, dataset.width, dataset.channels)
    var (sums, counts) = (
      [Double](repeating: 0, count: parts * parts), [Double](repeating: 0, count: parts * parts)
    )
    for row in 0..<height {
      for column in 0..<width {
        let part = row * parts / height * parts + column * parts / width
        for channel in 0..<channels {
          let place = (row * width + column) * channels + channel
          let value =
            dataset.pixelType == .uint8
            ? Double(image.load(fromByteOffset: place, as: UInt8.self))
            : Double(image.load(fromByteOffset: 4 * place, as: Float.self))
          sums[part] += value
        }
        counts[part] += Double(channels)
      }
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }
}
