import DeployedModels
import FileFormats

extension TFLiteReader {
  /// Reads the parts by name, the memory plan among them.
  func readMetadata(into result: inout TFLiteFile) throws(FileFormatError) {
    for table in try root.tables(6, "metadata", item: "metadata", bytesEach: 240) {
      let name = try table.text(0, "name")
      let place = "\(table.name) \(Printable.quoted(name))"
      let buffer = Int(try table.integer(1, "buffer", default: UInt32(0)))
      guard buffers.indices.contains(buffer) else {
        throw file.malformed(
          "\(place), buffer", "\(buffer)", "one of the \(buffers.count) buffers")
      }
      let range = buffers[buffer] ?? 0..<0
      try file.charge(range.count, for: place)
      switch name {
      case TFLiteFile.MetadataName.minimumRuntime: break
      case TFLiteFile.MetadataName.plan:
        guard result.plan == nil else { throw twice(place) }
        result.plan = try plan(range, tensors: result.model.tensors.count, place: place)
      default:
        guard result.metadata[name] == nil else { throw twice(place) }
        result.metadata[name] = Array(file.bytes[range])
      }
    }
  }

  private func twice(_ place: String) -> FileFormatError {
    file.malformed(place, "a name for the second time", "names of their own")
  }

  /// Reads a version, the number of subgraphs and of tensors, and an offset for each tensor; some writers count
  /// subgraphs from 0, and no runtime looks.
  ///
  /// Source: tensorflow/lite/micro/docs/memory_management.md.
  private func plan(
    _ range: Range<Int>, tensors: Int, place: String
  ) throws(FileFormatError) -> TFLiteFile.MemoryPlan {
    guard range.count == 4 * (tensors + 3) else {
      throw file.malformed(
        place, "\(range.count) bytes", "\(4 * (tensors + 3)) for \(tensors) tensors")
    }
    let numbers = stride(from: range.lowerBound, to: range.upperBound, by: 4)
      .map { file.value(at: $0, as: Int32.self) }
    guard numbers[0] == 1, (0...1).contains(numbers[1]), numbers[2] == tensors else {
      throw file.malformed(
        place, "version \(numbers[0]), \(numbers[1]) subgraphs, \(numbers[2]) tensors",
        "version 1, 1 subgraph, \(tensors) tensors")
    }
    if let wrong = numbers.dropFirst(3).first(where: { $0 < -1 }) {
      throw file.malformed(place, "an offset of \(wrong)", "-1, or bytes from the arena's begin")
    }
    return TFLiteFile.MemoryPlan(offsets: numbers.dropFirst(3).map { $0 < 0 ? nil : Int($0) })
  }
}
