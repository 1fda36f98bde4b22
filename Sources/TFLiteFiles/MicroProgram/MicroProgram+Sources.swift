import DeployedModels

// The texts of the sources.

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

      """
  }

  /// The array's declaration and the bytes of the arena.
  var header: String {
    """
    #ifndef AUTODISTILL_STUDENT_H
    #define AUTODISTILL_STUDENT_H

    #include <stdint.h>

    /* The bytes of the arena, at the least: on 64-bit hosts, and on devices with pointers of 32 bits\(kernelNote). */
    #if UINTPTR_MAX > 0xFFFFFFFFu
    #define STUDENT_ARENA_BYTES \(hostArenaBytes)
    #else
    #define STUDENT_ARENA_BYTES \(arenaBytes)
    #endif

    #ifdef __cplusplus
    extern "C" {
    #endif
    /* A model for TensorFlow Lite, aligned to 16 bytes, and its length. */
    extern const unsigned char student[];
    extern const unsigned int student_size;
    #ifdef __cplusplus
    }
    #endif

    #endif

    """
  }

  /// Which kernels the arena is for, and what others would take.
  private var kernelNote: String {
    guard !kernels.isEmpty else { return "" }
    return
      " and\n       the kernels \(kernels.map(\.rawValue).joined(separator: ", ")); with any kernels "
      + "\(anyArenaBytes)"
  }

  /// A program that runs one image under TensorFlow Lite Micro.
  func main(header: String) -> String {
    let model = file.model
    let (input, output) = (model.tensors[model.input], model.tensors[model.output])
    let stem = header.dropLast(2)
    let adds = operators.map { "  if (resolver.Add\($0)() != kTfLiteOk) return 1;" }
    return """
      // Runs the student under TensorFlow Lite Micro. Build it with the runtime's library, which
      // `make -f tensorflow/lite/micro/tools/make/Makefile microlite` makes:
      //
      //   cc -c \(stem).c
      //   c++ -std=c++17 -I TFLM -I TFLM/…/flatbuffers/include -I TFLM/…/gemmlowp \\
      //     \(stem)_main.cc \(stem).o libtensorflow-microlite.a
      #include <cstdio>

      #include "\(header)"
      #include "tensorflow/lite/micro/micro_interpreter.h"
      #include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
      #include "tensorflow/lite/schema/schema_generated.h"

      alignas(16) static uint8_t arena[STUDENT_ARENA_BYTES];

      int main() {
        const tflite::Model* model = tflite::GetModel(student);
        if (model->version() != TFLITE_SCHEMA_VERSION) return 1;
        static tflite::MicroMutableOpResolver<\(operators.count)> resolver;
      \(adds.joined(separator: "\n"))
        static tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena));
        if (interpreter.AllocateTensors() != kTfLiteOk) {
          std::printf("the arena of %u bytes is too small\\n", unsigned(sizeof(arena)));
          return 1;
        }
        // The image: rows, columns, channels, \(sides(input)). \(meaning(of: input))
        \(input.type.cType)* pixels = interpreter.input(0)->data.\(input.type.cMember);
        for (int i = 0; i < \(input.elementCount); ++i) pixels[i] = 0;
        if (interpreter.Invoke() != kTfLiteOk) return 1;
        const \(output.type.cType)* outputs = interpreter.output(0)->data.\(output.type.cMember);
        int best = 0;
        for (int i = 1; i < \(output.elementCount); ++i) {
          if (outputs[i] > outputs[best]) best = i;
        }
        std::printf("class %d, arena %u bytes\\n", best, unsigned(interpreter.arena_used_bytes()));
        return 0;
      }

      """
  }

  private func sides(_ tensor: DeployedTensor) -> String {
    tensor.shape.dropFirst().map(String.init).joined(separator: " x ")
  }

  private func meaning(of input: DeployedTensor) -> String {
    guard let quantization = input.quantization else { return "Standardise its pixels first." }
    return
      "Standardise its pixels, divide by \(quantization.scale), add \(quantization.zeroPoint)."
  }
}

extension DeployedTensor.ElementType {
  fileprivate var cType: String {
    switch self {
    case .float32: "float"
    case .int8: "int8_t"
    case .int32: "int32_t"
    }
  }

  /// The member of TensorFlow Lite's union of pointers.
  fileprivate var cMember: String {
    switch self {
    case .float32: "f"
    case .int8: "int8"
    case .int32: "i32"
    }
  }
}
