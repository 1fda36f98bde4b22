import Datasets
import Distillation
import Foundation

/// The permutation of the classes with which a teacher's answers fit the labels best, as far as taking the most
/// frequent pairs first finds it.
struct ClassSwap {
  /// With the classes permuted.
  let accuracy: Double
  /// The pairs of different classes, the most frequent first.
  private let pairs: [ConfusionCounts.Entry]

  init(_ confusion: ConfusionCounts) {
    let entries = confusion.entries.sorted {
      (-$0.count, $0.label, $0.predicted) < (-$1.count, $1.label, $1.predicted)
    }
    var (labels, predicted, pairs): (Set<Int>, Set<Int>, [ConfusionCounts.Entry]) = ([], [], [])
    var right = 0
    for entry in entries
    where !labels.contains(entry.label) && !predicted.contains(entry.predicted) {
      labels.insert(entry.label)
      predicted.insert(entry.predicted)
      right += entry.count
      if entry.label != entry.predicted { pairs.append(entry) }
    }
    accuracy = Double(right) / Double(confusion.count)
    self.pairs = pairs
  }

  func description(names: [String]?, count: Int) -> String {
    func name(_ index: Int) -> String {
      names.flatMap { $0.indices.contains(index) ? "\(index) (\($0[index]))" : nil } ?? "\(index)"
    }
    let texts = pairs.prefix(count).map {
      "its class \(name($0.predicted)) is mostly labelled \(name($0.label))"
    }
    return String(format: "classes look swapped (%.1f %% would be right): ", 100 * accuracy)
      + texts.joined(separator: ", ") + (pairs.count > count ? ", and others" : "")
  }
}

/// Answers and labels in the order of the user's training files; nil where a row is of another split, or its label not
/// known.
struct SourceRows {
  private var predicted: [Int?]
  private var labels: [Int?]

  init(_ logits: [Float], _ dataset: PreparedDataset) throws {
    let orders = try [DatasetSplit.training, .validation].compactMap { split in
      let (files, indices) = try dataset.sourceOrder(of: split)
      return files == .training ? (split, indices) : nil
    }
    let count = (orders.flatMap(\.1).max() ?? -1) + 1
    (predicted, labels) = (Array(repeating: nil, count: count), Array(repeating: nil, count: count))
    for (split, order) in orders {
      for (place, row) in order.enumerated() {
        let label = dataset.label(place, of: split)
        labels[row] = label >= 0 ? label : nil
      }
    }
    let classes = dataset.classes
    for (place, row) in orders[0].1.enumerated() {
      let own = logits[place * classes..<(place + 1) * classes]
      predicted[row] = own.indices.max { own[$0] < own[$1] }.map { $0 - own.startIndex }
    }
  }

  /// Returns how often the answer in a row is the label of the image so many rows later.
  func accuracy(shiftedBy shift: Int) -> Double {
    var (right, count) = (0, 0)
    for row in predicted.indices {
      guard labels.indices.contains(row + shift), let predicted = predicted[row],
        let label = labels[row + shift]
      else { continue }
      count += 1
      if predicted == label { right += 1 }
    }
    return count == 0 ? 0 : Double(right) / Double(count)
  }
}
