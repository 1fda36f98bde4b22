import Datasets

/// Which images the batches of an epoch hold.
///
/// Without a labelled share an epoch is one pass over all images. With one, images with a label and images without are
/// two streams, from each of which every batch takes a fixed number, evenly mixed: Sohn et al., "FixMatch",
/// arXiv:2001.07685. Then images of one stream are seen more often than those of the other. An epoch stays as many
/// steps, and what is drawn for an image (its augmentation, its stored view) is keyed by the pass over its stream, so
/// that an image that comes again looks different.
struct BatchOrder: Sendable {
  /// The images of the epoch, batch by batch.
  private(set) var indices: [Int]
  /// The passes of the epoch, each once.
  private(set) var passes = [0]
  /// All images, each once: in the order of the epoch, or with a labelled share in that of the first one.
  var whole: [Int] { all.indices }

  private var all: EpochOrder
  private var streams: Streams?
  /// Of each place of `indices`; empty where all are of the pass of the epoch.
  private var passOfPlace: [Int] = []

  private struct Streams: Sendable {
    var labeled: ImageStream
    var unlabeled: ImageStream
    /// Images of each kind in a batch.
    let counts: (labeled: Int, unlabeled: Int)
    let stepsPerEpoch: Int
  }

  /// Creates the order of epoch 0.
  init(_ recipe: Recipe, of dataset: PreparedDataset, seed: UInt64) {
    let images = dataset.trainingImages(withTeacher: recipe.usesUnlabeledImages)
    all = EpochOrder(of: images, seed: seed)
    indices = all.indices
    guard let labeledCount = recipe.labeledPerBatch else { return }
    let (labeled, unlabeled) = (
      images.filter { dataset.label($0, of: .training) >= 0 },
      images.filter { dataset.label($0, of: .training) < 0 }
    )
    // A part of the data, as a shadow learns from, may have one kind alone.
    guard !labeled.isEmpty, !unlabeled.isEmpty else { return }
    streams = Streams(
      labeled: ImageStream(of: labeled, seed: seed),
      unlabeled: ImageStream(of: unlabeled, seed: seed),
      counts: (labeledCount, recipe.batch - labeledCount),
      stepsPerEpoch: recipe.stepsPerEpoch(trainingCount: images.count))
    begin(epoch: 0)
  }

  /// Takes the order of an epoch, which depends on the seed and the epoch alone.
  mutating func begin(epoch: Int) {
    guard streams == nil else { return drawBatches(ofEpoch: epoch) }
    all.shuffle(epoch: epoch)
    (indices, passes) = (all.indices, [epoch])
  }

  private mutating func drawBatches(ofEpoch epoch: Int) {
    guard var streams else { return }
    let (labeled, unlabeled) = streams.counts
    let batch = labeled + unlabeled
    indices.removeAll(keepingCapacity: true)
    passOfPlace.removeAll(keepingCapacity: true)
    for step in epoch * streams.stepsPerEpoch..<(epoch + 1) * streams.stepsPerEpoch {
      for place in 0..<batch {
        // Evenly mixed, so that slices have the same share; `before` of the places before are labelled.
        let before = place * labeled / batch
        let image =
          (place + 1) * labeled / batch > before
          ? streams.labeled.image(at: step * labeled + before)
          : streams.unlabeled.image(at: step * unlabeled + place - before)
        indices.append(image.index)
        passOfPlace.append(image.pass)
      }
    }
    self.streams = streams
    passes = Set(passOfPlace).sorted()
  }

  /// Returns places of the epoch, cut where the pass over the images changes.
  func runs(in places: Range<Int>) -> [(places: Range<Int>, pass: Int)] {
    guard !passOfPlace.isEmpty else { return [(places, passes[0])] }
    var runs: [(places: Range<Int>, pass: Int)] = []
    for place in places {
      if let last = runs.last, last.pass == passOfPlace[place] {
        runs[runs.count - 1].places = last.places.lowerBound..<place + 1
      } else {
        runs.append((place..<place + 1, passOfPlace[place]))
      }
    }
    return runs
  }
}
