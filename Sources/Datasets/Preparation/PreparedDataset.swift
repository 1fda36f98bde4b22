import FileFormats
import Foundation

/// A data set as raw files in a folder, mapped into the memory of every process that uses it.
///
///     dataset.json              sizes, counts, standardisation, content hash, what it was made from
///     images.u8 or images.f32   pixels, [training + validation + test, H, W, C]
///     labels.u8 or labels.u16   the class of each; the largest number where it is not known
///     order.u32                 where each stands in the user's files
///     summary.json              what the splits hold
///
/// Opening one takes microseconds, and all processes on a machine share one copy in memory. Within
/// a split images keep the order of their source files.
public final class PreparedDataset: Sendable {
  /// The folder, as given.
  public let folder: String
  /// The number of values in an image: height · width · channels.
  public let imageElements: Int
  let description: PreparedDescription
  private let images: MappedFile
  private let labels: MappedFile
  private let imageBytes: Int
  private let hasShortLabels: Bool
  /// What stands for an unknown class; nil where all are known.
  private let unknownLabel: Int?
  /// The training images that trainings learn from, ascending; nil for all of them.
  private let learnt: [Int]?

  /// Opens a folder that `prepare` has filled; checks the sizes of the files, not every byte.
  ///
  /// - Throws: `JSONError` if `dataset.json` is missing or damaged, `FileFormatError` if another file
  ///   is missing or has the wrong size. `PreparedDataset.prepare` makes such a folder anew.
  public static func open(_ folder: String) throws -> PreparedDataset {
    try PreparedDataset(folder, PreparedDescription.read(from: folder))
  }

  /// Reads what `dataset.json` in a folder says is the hash of the contents; nothing else is looked at.
  ///
  /// - Throws: `JSONError` if it is missing, damaged or changed by hand.
  public static func contentHash(in folder: String) throws -> String {
    try PreparedDescription.read(from: folder).contentHash
  }

  init(_ folder: String, _ description: PreparedDescription) throws {
    func path(_ name: String) -> String { (folder as NSString).appendingPathComponent(name) }
    images = try MappedFile(
      path(description.imagesFile), expectedBytes: description.totalCount * description.imageBytes)
    labels = try MappedFile(
      path(description.labelsFile), expectedBytes: description.totalCount * description.labelBytes)
    var description = description
    description.addSplitHashes(images: images, labels: labels)
    self.folder = folder
    self.description = description.sealed
    imageElements = description.height * description.width * description.channels
    imageBytes = description.imageBytes
    hasShortLabels = description.labelBytes == 1
    unknownLabel = description.unlabeledCount > 0 ? hasShortLabels ? 0xFF : 0xFFFF : nil
    learnt = nil
  }

  /// Creates the data set of which trainings learn from some training images alone. All images keep their indices, so
  /// that what a teacher says of them still fits.
  ///
  /// - Parameter learnt: Indices of the training split, ascending.
  /// - Precondition: At least one image; of a data set that is whole.
  public init(_ whole: PreparedDataset, learningFrom learnt: [Int]) {
    precondition(
      whole.learnt == nil && !learnt.isEmpty && zip(learnt, learnt.dropFirst()).allSatisfy(<)
        && learnt[0] >= 0 && learnt[learnt.count - 1] < whole.count(.training),
      "\(learnt.count) of \(whole.count(.training)) training images")
    (folder, description, imageElements) = (whole.folder, whole.description, whole.imageElements)
    (images, labels, imageBytes) = (whole.images, whole.labels, whole.imageBytes)
    (hasShortLabels, unknownLabel) = (whole.hasShortLabels, whole.unknownLabel)
    self.learnt = learnt
  }
}

extension PreparedDataset {
  /// What the data set was made from.
  public var definition: DatasetDefinition { description.definition }
  /// Rows of an image.
  public var height: Int { description.height }
  /// Columns of an image.
  public var width: Int { description.width }
  /// Values per pixel.
  public var channels: Int { description.channels }
  /// The number of classes.
  public var classes: Int { description.classes }
  /// What they are called in the order of their numbers; nil where nothing says so.
  public var classNames: [String]? { description.classNames ?? definition.classNames }
  /// How the images were dealt out to the splits.
  public var splitMethod: SplitMethod { description.split }
  /// The training images whose class is not known; they are of use to a teacher's students alone.
  public var unlabeledCount: Int { description.unlabeledCount }
  /// How pixels are stored.
  public var pixelType: PixelType { description.pixelType }
  /// The statistics of the training split, per channel.
  public var standardization: Standardization { description.standardization }
  /// The SHA-256, in hexadecimal, of sizes, split, pixels and labels: equal hashes are equal data
  /// sets.
  public var contentHash: String {
    guard let learnt else { return description.contentHash }
    return ContentHash.hexadecimal(of: "\(description.contentHash)|\(learnt)")
  }
  /// The SHA-256, in hexadecimal, of size, pixels and labels of the validation split in its order: equal hashes
  /// are the same images in the same order, whatever else the data set has.
  public var validationHash: String? { description.validationHash }
  /// As `validationHash`, of the test split.
  public var testHash: String? { description.testHash }

  /// Returns the number of images in a split.
  public func count(_ split: DatasetSplit) -> Int { description.count(split) }

  /// Returns how many images of a split may be mixed into others: of the training split those that trainings learn
  /// from.
  func partnerCount(in split: DatasetSplit) -> Int {
    split == .training ? learnt?.count ?? count(.training) : count(split)
  }

  /// Returns one of them by its place among them.
  func partner(_ place: Int, in split: DatasetSplit) -> Int {
    split == .training ? learnt?[place] ?? place : place
  }

  /// Returns the indices of the images that a training learns from, ascending: without a teacher those whose
  /// class is known.
  public func trainingImages(withTeacher: Bool) -> [Int] {
    let all = learnt ?? Array(0..<count(.training))
    guard unlabeledCount > 0, !withTeacher else { return all }
    return all.filter { label($0, of: .training) >= 0 }
  }

  /// Returns how many images `trainingImages(withTeacher:)` has.
  public func trainingCount(withTeacher: Bool) -> Int {
    learnt == nil
      ? count(.training) - (withTeacher ? 0 : unlabeledCount)
      : trainingImages(withTeacher: withTeacher).count
  }

  /// Returns the class of the image at `index` of a split; −1 where it is not known.
  public func label(_ index: Int, of split: DatasetSplit) -> Int {
    let position = position(index, of: split)
    let stored =
      hasShortLabels
      ? Int(labels.bytes[position])
      : Int(labels.bytes.load(fromByteOffset: 2 * position, as: UInt16.self))
    return stored == unknownLabel ? -1 : stored
  }

  /// Returns the stored pixels, `[H, W, C]`, of the image at `index` of a split; valid while this
  /// object lives.
  public func image(_ index: Int, of split: DatasetSplit) -> UnsafeRawPointer {
    let position = position(index, of: split)
    guard let start = images.bytes.baseAddress else {
      preconditionFailure("a prepared data set has images")
    }
    return start + position * imageBytes
  }

  /// Reads every byte and compares with the content hash.
  ///
  /// - Throws: `FileFormatError.malformed` if the files have changed since they were written.
  public func verify() throws {
    let found = description.hashOfContent(images: images, labels: labels)
    guard found == description.contentHash else {
      throw FileFormatError.malformed(
        path: folder, location: "content_sha256", found: found,
        expected:
          "\(description.contentHash), from when the data set was prepared; delete the folder to have "
          + "it made again")
    }
  }

  private func position(_ index: Int, of split: DatasetSplit) -> Int {
    precondition(
      0 <= index && index < count(split),
      "the \(split) split has \(count(split)) images, none at \(index)")
    return description.range(split).lowerBound + index
  }
}
