import DeployedModels

// The array, and what else the header declares.

extension MicroProgram {
  /// The array, sixteen bytes a line.
  func array(header: String) -> String {
    let bytes = file.bytes
    let digits = Array("0123456789abcdef".utf8)
    var lines: [UInt8] = []
    lines.reserveCapacity(6 * bytes.count)
    for (place, byte) in bytes.enumerated() {
      lines += place % 16 == 0 ? Array("\n  ".utf8) : [UInt8(ascii: " ")]
      lines += [
        UInt8(ascii: "0"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
        UInt8(ascii: ","),
      ]
    }
    return """
      #include "\(header)"

      #if defined(__cplusplus)
      #error "compile this file as C: the array has C linkage"
      #endif

      /* Runtimes read numbers in place, so that the array must begin at a multiple of 16 bytes. */
      _Alignas(16) const unsigned char student[] = {\(String(decoding: lines, as: UTF8.self))
      };
      const unsigned int student_size = sizeof(student);
      \(classArray)\(pixelArrays)
      """
  }

  private var classArray: String {
    guard !classNames.isEmpty else { return "" }
    return """

      const char *const student_class_names[] = {
        \(classNames.map { "\(cLiteral($0))," }.joined(separator: "\n  "))
      };

      """
  }

  /// What the conversion of pixels looks up.
  private var pixelArrays: String {
    func array(_ name: String, _ numbers: [Float]) -> String {
      "\nconst float \(name)[] = {\(numbers.map { cLiteral($0) }.joined(separator: ", "))};\n"
    }
    switch pixels {
    case .table(let channels):
      let rows = channels.map { integers in
        let lines = stride(from: 0, to: integers.count, by: 16).map { start in
          integers[start..<min(start + 16, integers.count)].map { "\($0)," }
            .joined(separator: " ")
        }
        return "  {\n    " + lines.joined(separator: "\n    ") + "\n  },\n"
      }
      return "\nconst int8_t student_input_numbers[][256] = {\n\(rows.joined())};\n"
    case .formula(let mean, let deviation, _):
      return array("student_pixel_mean", mean) + array("student_pixel_deviation", deviation)
    }
  }
}
