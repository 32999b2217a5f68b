import Foundation
import Imaging
import Work

/// What lies behind the object in a still.
enum Backdrop {
  case transparent
  /// 8-bit sRGB.
  case color(SIMD3<UInt8>)
  /// 8-bit RGB, as large as the stills.
  case picture(Image)

  /// - Parameters:
  ///   - words: `transparent`, `white`, `black`, `#rrggbb`, or the path of a picture, which is scaled to cover
  ///     the still; its top left corner stays, what is too much is cut off on the right or at the bottom.
  ///   - width: of the stills, in pixels.
  init(_ words: String, width: Int, height: Int) throws {
    switch words {
    case "transparent": self = .transparent
    case "white": self = .color([255, 255, 255])
    case "black": self = .color([0, 0, 0])
    case let code where code.hasPrefix("#"):
      guard code.count == 7, let number = UInt32(code.dropFirst(), radix: 16) else {
        throw UsageError("--background \(code) is no color; one looks like #ff8800")
      }
      self = .color([
        UInt8(truncatingIfNeeded: number >> 16), UInt8(truncatingIfNeeded: number >> 8),
        UInt8(truncatingIfNeeded: number),
      ])
    case let path:
      guard FileManager.default.fileExists(atPath: path) else {
        throw InputError(
          "missing-file",
          "--background takes transparent, white, black, #rrggbb or a picture, and there is no such "
            + "picture", path)
      }
      self = .picture(
        try InputPicture.read(path).rgba8().composited(over: [255, 255, 255])
          .covering(width: width, height: height))
    }
  }

  /// The object over what lies behind it; unchanged where that is nothing.
  func behind(_ object: Image) -> Image {
    switch self {
    case .transparent: object
    case .color(let color): object.composited(over: color)
    case .picture(let picture): object.composited(over: picture)
    }
  }

  /// Linear light and alpha of the object over what lies behind it.
  func behind(light: [Float]) -> [Float] {
    func color(_ pixel: Int) -> SIMD3<UInt8>? {
      switch self {
      case .transparent: nil
      case .color(let color): color
      case .picture(let picture):
        [picture.bytes[3 * pixel], picture.bytes[3 * pixel + 1], picture.bytes[3 * pixel + 2]]
      }
    }
    var light = light
    for pixel in 0..<light.count / 4 {
      guard let color = color(pixel) else { return light }
      let rest = 1 - min(light[4 * pixel + 3], 1)
      for channel in 0..<3 {
        light[4 * pixel + channel] += rest * SRGB.linearOfCode[Int(color[channel])]
      }
      light[4 * pixel + 3] = 1
    }
    return light
  }
}
