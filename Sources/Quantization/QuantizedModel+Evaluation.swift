import Datasets
import DeployedModels
import Distillation
import IntegerInference
import TensorKernels

extension QuantizedModel {
  /// Returns the logits of a split, `[count, classes]`: those of the device, bit for bit.
  ///
  /// - Parameter threads: The values do not depend on it.
  /// - Throws: `DeploymentError` if an operator has no kernel in int8.
  public func logits(
    of split: DatasetSplit, reader: BatchReader, threads: Int = 1
  ) throws -> [Float] {
    let (count, classes) = (reader.dataset.count(split), model.elementCount(model.output))
    precondition(
      model.elementCount(model.input) == reader.dataset.imageElements,
      "the model reads images of another size")
    let batch = 16
    let batches = (count + batch - 1) / batch
    let team = WorkerTeam(threadCount: max(1, min(threads, batches)))
    let plans = try (0..<team.threadCount).map { _ in try IntegerPlan(model, capacity: batch) }
    nonisolated(unsafe) let ownPlans = plans
    var logits = [Float](repeating: 0, count: count * classes)
    logits.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let target = buffer.baseAddress!
      team.run { thread in
        let plan = ownPlans[thread]
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: batch) { labels in
          for index in stride(from: thread, to: batches, by: team.threadCount) {
            let part = index * batch..<min(count, (index + 1) * batch)
            reader.fill(plan.input, labels: labels.baseAddress!, range: part, split: split)
            plan.run(images: part.count)
            (target + part.lowerBound * classes)
              .update(from: plan.logits, count: part.count * classes)
          }
        }
      }
    }
    return logits
  }

  /// Classifies a split as the device does.
  ///
  /// - Throws: `DeploymentError` if an operator has no kernel in int8.
  public func evaluate(
    on split: DatasetSplit, reader: BatchReader, threads: Int = 1
  ) throws -> Evaluation {
    Evaluation(
      logits: try logits(of: split, reader: reader, threads: threads), split: split,
      dataset: reader.dataset)
  }
}
