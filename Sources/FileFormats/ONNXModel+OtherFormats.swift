import Foundation

extension ONNXModel {
  /// Says what a file is that begins like one of another format, or nil.
  ///
  /// An ONNX model begins with a field of its first message, whose key is a number below 16·8.
  static func otherFormat(of data: Data) -> String? {
    func begins(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
      data.count >= offset + bytes.count
        && data[data.startIndex + offset..<data.startIndex + offset + bytes.count]
          .elementsEqual(bytes)
    }
    func begins(_ text: String, at offset: Int = 0) -> Bool { begins(Array(text.utf8), at: offset) }
    if data.isEmpty { return "an empty file" }
    if begins("version https://git-lfs") {
      return "a Git LFS pointer instead of the file (git lfs pull fetches it)"
    }
    if begins("PK\u{3}\u{4}") {
      return "a ZIP archive, such as a PyTorch checkpoint or an NPZ file"
    }
    if begins([0x80, 2]) || begins([0x80, 3]) || begins([0x80, 4]) { return "a Python pickle" }
    if begins([0x1F, 0x8B]) { return "a gzip file" }
    if begins([0x89, 0x48, 0x44, 0x46]) { return "an HDF5 file" }
    if begins([0x93, 0x4E, 0x55, 0x4D]) { return "an NPY file" }
    if begins("TFL3", at: 4) { return "a TensorFlow Lite model" }
    if begins("ORTM", at: 4) { return "an ONNX Runtime model (.ort)" }
    if begins("{", at: 8) && begins([0, 0], at: 6) { return "a safetensors file" }
    if ["{\"", "{\n", "{\r", "{ ", "<!", "<?", "<h"].contains(where: { begins($0) }) {
      return "a text file"
    }
    return nil
  }
}
