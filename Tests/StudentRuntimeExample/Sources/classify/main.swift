// classify STUDENT IMAGES: the class and the outputs of each image, one a line.
//
// IMAGES holds 8-bit images, one after the other, [height, width, channels] each.
import Foundation
import StudentRuntime

guard CommandLine.arguments.count == 3 else { fatalError("usage: classify STUDENT IMAGES") }
do {
  let student = try Student(contentsOf: CommandLine.arguments[1])
  let images = [UInt8](try Data(contentsOf: URL(fileURLWithPath: CommandLine.arguments[2])))
  let size = student.inputShape.count
  for start in stride(from: 0, through: images.count - size, by: size) {
    let image = Array(images[start..<start + size])
    let answer = try student.classify(image: image)
    let outputs = try student.predict(image: image).map { "\($0)" }.joined(separator: " ")
    print(answer.className ?? "\(answer.classIndex)", outputs)
  }
} catch {
  FileHandle.standardError.write(Data("error: \(error)\n".utf8))
  exit(1)
}
