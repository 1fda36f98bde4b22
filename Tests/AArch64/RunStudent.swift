// Prints what an exported student gives for random images, on each of the kernels that this processor runs.
//
//   run-student STUDENT.tflite
//
// One line a level and image: the level, the image, and the bits of each output. The images are the same everywhere.
// Exit status: 0, or 1 if the file cannot be read.

import CStudentKernels

@testable import StudentRuntime

/// Numbers of one standard deviation or so, by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
private struct RandomPixels {
  private var state: UInt64 = 1

  mutating func next(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
      return Float(Int64(z ^ z >> 31) >> 40) / Float(1 << 22)
    }
  }
}

@_cdecl("main")
func runStudent(_ count: Int32, _ arguments: UnsafePointer<UnsafePointer<CChar>>) -> Int32 {
  guard count == 2 else {
    print("usage: run-student STUDENT.tflite")
    return 1
  }
  let path = String(cString: arguments[1])
  do throws(StudentError) {
    for level: Int32 in 0...3 where student_kernels_of_level(level) != nil {
      let student = try Student(contentsOf: path, level: level)
      var random = RandomPixels()
      for image in 0..<20 {
        let outputs = try student.predict(pixels: random.next(student.inputShape.count))
        var line = "\(level) \(image)"
        for output in outputs { line += " \(output.bitPattern)" }
        print(line)
      }
    }
    return 0
  } catch {
    print(error.description)
    return 1
  }
}
