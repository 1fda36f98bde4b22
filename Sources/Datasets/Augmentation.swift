import FileFormats
import RandomStreams

/// Random changes to training images, under `"augmentation"` in a recipe; every field may be left
/// out.
///
///     {"shift_pixels": 2, "flip": true, "cutout_pixels": 8}
public struct Augmentation: Hashable, Sendable {
  /// The largest shift along either axis; what moves in from outside is black (a pixel of value 0).
  public var shiftPixels: Int
  /// Whether one image in two is mirrored, left to right.
  public var flip: Bool
  /// The side of a square that is set to the channel means, 0 for none.
  ///
  /// Its centre is anywhere in the image, so it may reach over the border.
  /// Source: DeVries and Taylor 2017, arXiv:1708.04552.
  public var cutoutPixels: Int

  /// No change.
  public static let none = Augmentation(shiftPixels: 0, flip: false, cutoutPixels: 0)

  /// Creates an augmentation.
  ///
  /// - Precondition: No number is negative.
  public init(shiftPixels: Int, flip: Bool, cutoutPixels: Int) {
    precondition(shiftPixels >= 0, "shiftPixels must not be negative, got \(shiftPixels)")
    precondition(cutoutPixels >= 0, "cutoutPixels must not be negative, got \(cutoutPixels)")
    self.shiftPixels = shiftPixels
    self.flip = flip
    self.cutoutPixels = cutoutPixels
  }

  /// Checks that the image is larger than what is done to it.
  ///
  /// - Parameter field: The name of the object that holds the augmentation, for the error.
  /// - Throws: `DatasetError.invalidField`.
  public func validate(height: Int, width: Int, field: String = "augmentation") throws {
    let side = min(height, width)
    for (name, value) in [("shift_pixels", shiftPixels), ("cutout_pixels", cutoutPixels)]
    where value >= side {
      throw DatasetError.invalidField(
        field: "\(field).\(name)", found: "\(value)",
        expected: "less than \(side), the smaller side of the \(height)×\(width) images")
    }
  }
}

extension Augmentation: Encodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case shiftPixels = "shift_pixels"
    case flip
    case cutoutPixels = "cutout_pixels"
  }

  /// The largest number that JSON may give; images are far smaller.
  private static let pixelRange = 0...65_535

  /// Reads an augmentation strictly.
  ///
  /// - Throws: `JSONError` naming an unknown key or the field that is wrong.
  public init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "an augmentation", known: CodingKeys.allCases.map(\.rawValue))
    self.init(
      shiftPixels: try members["shift_pixels"]?.integer(in: Self.pixelRange) ?? 0,
      flip: try members["flip"]?.flag() ?? false,
      cutoutPixels: try members["cutout_pixels"]?.integer(in: Self.pixelRange) ?? 0)
  }
}

/// Where the random numbers of one epoch's augmentation come from.
///
/// Those of an image depend on the seed, the epoch and the image's index in its split alone, so a
/// batch that is filled in slices, or in another order, holds the same bits. Make one key per
/// epoch.
public struct AugmentationKey: Hashable, Sendable {
  private let epochSeed: UInt64

  /// Creates the key of an epoch.
  public init(seed: UInt64, epoch: Int) {
    var stream = RandomStream(seed: seed, purpose: "augmentation", epoch)
    epochSeed = stream.next()
  }

  /// Returns the random numbers of the image at `index`, without allocating memory.
  public func stream(forImage index: Int) -> RandomStream {
    RandomStream(seed: epochSeed &+ UInt64(bitPattern: Int64(index)), purpose: "image")
  }

  /// Returns the random numbers of what is mixed into the image at `index`, which leave those of its augmentation as
  /// they are.
  func mixStream(forImage index: Int) -> RandomStream {
    RandomStream(seed: epochSeed &+ UInt64(bitPattern: Int64(index)), purpose: "image mix")
  }
}

/// What an augmentation does to one image.
struct AugmentationDraw: Equatable {
  /// How far the content moves down; negative for up.
  var shiftDown = 0
  /// How far the content moves right; negative for left.
  var shiftRight = 0
  /// Whether the shifted image is then mirrored.
  var isFlipped = false
  /// The rows and columns of the result that are then cut out.
  var cutoutRows = 0..<0
  var cutoutColumns = 0..<0

  /// Draws only what the augmentation asks for, always in this order.
  init(_ augmentation: Augmentation, height: Int, width: Int, stream: inout RandomStream) {
    let shift = augmentation.shiftPixels
    if shift > 0 {
      shiftDown = stream.integer(below: 2 * shift + 1) - shift
      shiftRight = stream.integer(below: 2 * shift + 1) - shift
    }
    if augmentation.flip { isFlipped = stream.integer(below: 2) == 1 }
    let side = augmentation.cutoutPixels
    if side > 0 {
      let top = stream.integer(below: height) - side / 2
      let left = stream.integer(below: width) - side / 2
      cutoutRows = max(0, top)..<min(height, top + side)
      cutoutColumns = max(0, left)..<min(width, left + side)
    }
  }
}

extension AugmentationDraw {
  /// Returns the same change of an image of another size, to the nearest pixel.
  func scaled(
    from given: (height: Int, width: Int), to wanted: (height: Int, width: Int)
  ) -> AugmentationDraw {
    guard given != wanted else { return self }
    var draw = self
    draw.shiftDown = shiftDown.scaled(from: given.height, to: wanted.height)
    draw.shiftRight = shiftRight.scaled(from: given.width, to: wanted.width)
    draw.cutoutRows = cutoutRows.scaled(from: given.height, to: wanted.height)
    draw.cutoutColumns = cutoutColumns.scaled(from: given.width, to: wanted.width)
    return draw
  }
}

extension Int {
  /// Returns a distance in a side of another length, to the nearest pixel.
  fileprivate func scaled(from given: Int, to wanted: Int) -> Int {
    Int((Double(self) * Double(wanted) / Double(given)).rounded())
  }
}

extension Range<Int> {
  /// Returns the part of a side of another length, to the nearest pixel.
  func scaled(from given: Int, to wanted: Int) -> Range<Int> {
    lowerBound.scaled(from: given, to: wanted)..<upperBound.scaled(from: given, to: wanted)
  }
}
