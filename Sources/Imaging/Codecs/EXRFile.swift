import CEXR
import Glibc
import Work

/// OpenEXR files of named floating-point channels.
public enum EXRFile {
  /// Numbers that go into the channels named, one after another for each pixel.
  public struct Layer: Sendable {
    public let channels: [String]
    /// `channels.count` numbers a pixel, rows from the top.
    public let numbers: [Float]
    /// Stored in 16 bits: enough for light, too little for places.
    public let isHalf: Bool

    public init(channels: [String], numbers: [Float], isHalf: Bool = false) {
      (self.channels, self.numbers, self.isHalf) = (channels, numbers, isHalf)
    }
  }

  /// One picture with all these channels, compressed without loss.
  /// - Parameter notes: sentences for the file's header, by name.
  public static func encode(
    _ layers: [Layer], width: Int, height: Int, notes: [(name: String, text: String)] = []
  ) throws(ImagingError) -> [UInt8] {
    let picture = unsafe maquette_exr_begin(Int32(width), Int32(height))
    for (name, text) in notes { unsafe maquette_exr_text(picture, name, text) }
    for layer in layers {
      precondition(
        layer.numbers.count == layer.channels.count * width * height,
        "the numbers of \(layer.channels) do not fill the picture")
      unsafe layer.numbers.withUnsafeBufferPointer { numbers in
        for (offset, channel) in layer.channels.enumerated() {
          unsafe maquette_exr_channel(
            picture, channel, layer.isHalf ? 1 : 0, numbers.baseAddress! + offset,
            layer.channels.count)
        }
      }
    }
    var bytes: UnsafeMutablePointer<UInt8>?
    var length = 0
    let problem = unsafe maquette_exr_end(picture, &bytes, &length)
    defer { unsafe free(bytes) }
    if let problem = unsafe problem {
      defer { unsafe free(problem) }
      throw ImagingError(
        "exr-encode", unsafe String(cString: problem), kind: .unwritableOutput)
    }
    return unsafe Array(UnsafeBufferPointer(start: bytes, count: length))
  }

  /// The channels of a file, by name, each with one number a pixel, rows from the top.
  public static func decode(
    _ file: [UInt8]
  ) throws(ImagingError) -> (width: Int, height: Int, channels: [String: [Float]]) {
    var (width, height): (Int32, Int32) = (0, 0)
    var names = [CChar](repeating: 0, count: 4096)
    try unsafe check(
      file.withUnsafeBufferPointer {
        unsafe maquette_exr_read(
          $0.baseAddress, $0.count, &width, &height, &names, names.count, nil, 0)
      })
    try ImageFile.checkSize(width: Int(width), height: Int(height))
    let list = names.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let order = String(decoding: list, as: UTF8.self).split(separator: "\n").map(String.init)
    let size = Int(width) * Int(height)
    guard order.count <= 64, size * order.count <= 4 * ImageFile.pixelLimit else {
      throw ImagingError(
        "image-too-large", "\(order.count) channels of \(width) x \(height) pixels are too many")
    }
    var numbers = [Float](repeating: 0, count: size * order.count)
    try unsafe check(
      file.withUnsafeBufferPointer {
        unsafe maquette_exr_read(
          $0.baseAddress, $0.count, &width, &height, &names, names.count, &numbers, numbers.count)
      })
    let pairs = order.enumerated().map { ($1, Array(numbers[$0 * size..<($0 + 1) * size])) }
    return (Int(width), Int(height), Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
  }

  private static func check(_ problem: UnsafeMutablePointer<CChar>?) throws(ImagingError) {
    guard let problem = unsafe problem else { return }
    defer { unsafe free(problem) }
    throw ImagingError("bad-exr", unsafe String(cString: problem))
  }
}
