/// Which data a study uses and how it is split: the object under `"data"` in `study.json`.
///
/// One of these names the files; paths are relative to the study's folder:
///
///     {"name": "fashion-mnist", "folder": "…"}       the folder is optional
///     {"train_images": "…", "train_labels": "…", "validation_images": "…", "validation_labels": "…",
///      "test_images": "…", "test_labels": "…", "classes": 10, "layout": "NCHW", "class_names": ["…"],
///      "groups": "…"}
///     {"cifar10": "folder"}   {"cifar100": "folder"}   the binary version; CIFAR-100 by fine labels
///
/// Files whose names end in `.npy` are NPY, those that end in `.npz` NPZ (with `[name]` behind it if there are
/// several arrays), all others IDX, gzipped if the name ends in `.gz`. Images are `[N, H, W]`, `[N, H, W, C]` or,
/// with `"layout": "NCHW"`, `[N, C, H, W]`: whole numbers within 0…255, or floating-point ones; or a folder of
/// pictures. Labels are whole numbers, `[N]` or `[N, 1]`, one-hot, `[N, classes]`, names of classes, or a CSV
/// file. Of a training image −1, or nothing, says that its class is not known. Groups are whole numbers or texts,
/// `[N]`, or a CSV file.
/// Added to any of them:
///
///     "validation_count"   default: 5000, or 1/11 of the training images if that is less; not with
///                          validation files
///     "test_count"         only, and always, where no test files are given
///     "split"              "random", "stratified"; default: stratified for files of the user's own
///     "split_seed"         default: 0; also decides which labels are kept and which are wrong
///     "labels"             how many training images keep their label: `KeptLabels`; default: all
///     "label_noise"        the share of the training labels that are replaced by wrong ones; default: 0
public struct DatasetDefinition: Hashable, Sendable {
  /// Where the images and labels come from.
  public var source: Source
  /// How many training images are set aside for validation; nil for the default.
  public var validationCount: Int?
  /// How many training images are set aside for testing; nil if and only if there are test files.
  public var testCount: Int?
  /// How they are chosen; nil for the default, and where groups decide.
  public var split: SplitMethod?
  /// The seed of the shuffle that decides which images are set aside.
  public var splitSeed: UInt64
  /// How many training images keep their label; nil for all of those that have one.
  public var labels: KeptLabels?
  /// The share of the training labels that are replaced by other classes, above 0 and at most 1; nil for none. For
  /// experiments: images that are set aside keep theirs.
  public var labelNoise: Double?

  /// Creates a definition.
  ///
  /// - Precondition: Counts are positive, `testCount` is given exactly if there are no test files, and
  ///   `validationCount` only if there are no validation files.
  public init(
    source: Source, validationCount: Int? = nil, testCount: Int? = nil, split: SplitMethod? = nil,
    splitSeed: UInt64 = 0, labels: KeptLabels? = nil, labelNoise: Double? = nil
  ) {
    precondition((validationCount ?? 1) > 0, "validationCount must be positive")
    precondition(
      validationCount == nil || !source.hasValidationFiles,
      "give either validation files or a validationCount")
    precondition((testCount ?? 1) > 0, "testCount must be positive")
    precondition(
      source.hasTestFiles == (testCount == nil), "give either test files or a testCount")
    self.source = source
    self.validationCount = validationCount
    self.testCount = testCount
    self.split = split
    self.splitSeed = splitSeed
    (self.labels, self.labelNoise) = (labels, labelNoise)
  }

  /// Fashion-MNIST from where Debian's package puts it, with the default split.
  public static let fashionMNIST = DatasetDefinition(
    source: .fashionMNIST(folder: Source.fashionMNISTFolder))

  /// How the images are dealt out where nothing else is known.
  ///
  /// The named data sets are balanced, and studies of them were split at random before there was a choice.
  public var splitMethod: SplitMethod {
    guard case .files = source else { return statedSplit ?? .random }
    return statedSplit ?? .stratified
  }

  /// How the images are dealt out as far as the definition says it; nil if it does not.
  public var statedSplit: SplitMethod? {
    if case .files(let files) = source, files.groups != nil { return .grouped }
    return split
  }
}

extension DatasetDefinition {
  /// The files that a data set is read from. Paths may be relative to a folder given when they are
  /// read.
  public enum Source: Hashable, Sendable {
    /// The four IDX files of Fashion-MNIST under their usual names, gzipped or not.
    case fashionMNIST(folder: String)
    /// IDX, NPY or NPZ files.
    case files(ArrayFiles)
    /// `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`.
    case cifar10(folder: String)
    /// `train.bin` and `test.bin`, by their 100 fine labels.
    case cifar100(folder: String)

    /// Where Debian's package `dataset-fashion-mnist` installs its files.
    public static let fashionMNISTFolder = "/usr/share/datasets/fashion-mnist"

    /// Returns files of arrays as a source.
    public static func arrays(
      train: ArrayPair, validation: ArrayPair? = nil, test: ArrayPair?, classes: Int?,
      layout: PixelLayout? = nil, classNames: [String]? = nil, groups: String? = nil
    ) -> Source {
      .files(
        ArrayFiles(
          train: train, validation: validation, test: test, classes: classes, layout: layout,
          classNames: classNames, groups: groups))
    }

    package var hasValidationFiles: Bool {
      if case .files(let files) = self { return files.validation != nil }
      return false
    }

    var hasTestFiles: Bool {
      if case .files(let files) = self { return files.test != nil }
      return true
    }
  }

  /// Files of numbers, and what they do not say themselves.
  public struct ArrayFiles: Hashable, Sendable {
    public var train: ArrayPair
    /// Nil where the validation images are set aside from `train`.
    public var validation: ArrayPair?
    /// Nil where the test images are set aside from `train`.
    public var test: ArrayPair?
    /// The number of classes; nil if it is to be counted from the labels, or the names say it.
    public var classes: Int?
    /// The order of the values of images of four dimensions, where it is stated.
    public var layout: PixelLayout?
    /// What the classes are called, in the order of their numbers.
    public var classNames: [String]?
    /// The path of the groups of the training images, of which none is divided.
    public var groups: String?
  }

  /// Images and the file of their labels.
  public struct ArrayPair: Hashable, Sendable {
    /// The path of the images: a file, or a folder of pictures.
    public var images: String
    /// The path of the labels.
    public var labels: String

    /// Creates a pair.
    public init(images: String, labels: String) {
      self.images = images
      self.labels = labels
    }
  }
}
