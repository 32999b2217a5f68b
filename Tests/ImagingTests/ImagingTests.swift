import Foundation
import Imaging
import LinearMath
import TestSupport
import Testing

@Suite struct ImagingTests {
  static func noise(_ width: Int, _ height: Int, channels: Int, bits: Int) -> Image {
    var draw = SeededGenerator(seed: UInt64(channels * bits))
    let bytes = (0..<width * height * channels * bits / 8).map { _ in
      UInt8(truncatingIfNeeded: draw.next())
    }
    return Image(
      width: width, height: height, channels: channels, bitsPerSample: bits, bytes: bytes)
  }

  @Test(arguments: [(1, 8), (2, 8), (3, 8), (4, 8), (1, 16), (3, 16), (4, 16)])
  func pngKeepsEveryBit(_ channels: Int, _ bits: Int) throws {
    let image = Self.noise(61, 37, channels: channels, bits: bits)
    let (again, warning) = try ImageFile.decode(try ImageFile.encodePNG(image))
    #expect(again == image && warning == nil)
  }

  @Test func jpegIsClose() throws {
    var image = Image(width: 64, height: 48, filledWith: [200, 120, 40, 255])
    image.paste(Image(width: 20, height: 20, filledWith: [30, 60, 200, 255]), x: 30, y: 10)
    let (again, _) = try ImageFile.decode(try ImageFile.encodeJPEG(image, quality: 95))
    #expect(again.channels == 3 && again.width == 64 && again.height == 48)
    let errors = (0..<64 * 48).map { abs(Int(again.bytes[3 * $0]) - Int(image.bytes[4 * $0])) }
    #expect(errors.reduce(0, +) / errors.count < 4)
  }

  @Test func webpKeepsEveryPixelWhereAsked() throws {
    // Where alpha is 0 the pixels may be data.
    let image = Self.noise(61, 37, channels: 4, bits: 8)
    #expect((0..<61 * 37).contains { image.bytes[4 * $0 + 3] == 0 })
    let (again, _) = try ImageFile.decode(try ImageFile.encodeWebP(image, quality: nil))
    #expect(again == image)
    let small = try ImageFile.encodeWebP(image, quality: 50)
    #expect(small.count < (try ImageFile.encodeWebP(image, quality: nil)).count)
  }

  /// The top left corner stays; what is too much goes on the right or at the bottom.
  @Test(arguments: [(8, 4), (4, 8), (40, 10), (10, 40)])
  func coveringKeepsTheTopLeft(_ width: Int, _ height: Int) {
    var image = Image(
      width: 16, height: 8, channels: 3, bytes: Array(repeating: 0, count: 3 * 16 * 8))
    for row in 0..<8 {
      for column in 0..<16 {
        let at = 3 * (row * 16 + column)
        (image.bytes[at], image.bytes[at + 1]) = (UInt8(16 * column), UInt8(32 * row))
      }
    }
    let covered = image.covering(width: width, height: height)
    #expect(covered.width == width && covered.height == height)
    let scale = max(Double(width) / 16, Double(height) / 8)
    for (x, y) in [(0, 0), (width - 1, height - 1)] {
      let at = 3 * (y * width + x)
      let wanted = ((Double(x) + 0.5) / scale - 0.5, (Double(y) + 0.5) / scale - 0.5)
      #expect(abs(Double(covered.bytes[at]) / 16 - min(max(wanted.0, 0), 15)) < 0.8)
      #expect(abs(Double(covered.bytes[at + 1]) / 32 - min(max(wanted.1, 0), 7)) < 0.8)
    }
  }

  /// A picture as long as a rope takes the memory of what is shown of it.
  @Test func coveringWithARopeIsCheap() {
    let rope = Image(
      width: 1, height: 60_000, channels: 3, bytes: Array(repeating: 9, count: 3 * 60_000))
    #expect(rope.covering(width: 800, height: 600).bytes.allSatisfy { $0 == 9 })
  }

  @Test func recognisesByContent() throws {
    let png = try ImageFile.encodePNG(Self.noise(4, 4, channels: 3, bits: 8))
    #expect(ImageFile.format(of: png) == .png)
    #expect(ImageFile.format(of: [0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
    #expect(ImageFile.format(of: Array("RIFF0000WEBPVP8 ".utf8)) == .webp)
    #expect(ImageFile.format(of: [1, 2, 3]) == nil)
  }

  @Test(arguments: [0, 10, 40, 100]) func truncatedFilesAreErrors(_ length: Int) throws {
    let file = try ImageFile.encodePNG(Self.noise(30, 30, channels: 3, bits: 8))
    #expect(throws: ImagingError.self) { try ImageFile.decode(Array(file.prefix(length))) }
  }

  @Test func hugeHeadersAreRefusedBeforeMemoryIsTaken() throws {
    var file = try ImageFile.encodePNG(Self.noise(4, 4, channels: 1, bits: 8))
    for offset in [16, 20] { file.replaceSubrange(offset..<offset + 4, with: [0, 0, 255, 255]) }
    let sum = Self.checksum(file[12..<29])
    file.replaceSubrange(
      29..<33, with: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) })
    let error = #expect(throws: ImagingError.self) { try ImageFile.decode(file) }
    #expect(error?.code == "image-too-large")
  }

  /// A PNG chunk's CRC-32.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  @Test func whatIsNoNumberIsBlack() {
    #expect(SRGB.code(.nan) == 0 && SRGB.code(-1) == 0 && SRGB.code(.infinity) == 255)
  }

  @Test func grayAndWideBecomeRGBA() {
    let gray = Image(width: 2, height: 1, channels: 2, bytes: [10, 20, 30, 40])
    #expect(gray.rgba8().bytes == [10, 10, 10, 20, 30, 30, 30, 40])
    let wide = Image(width: 1, height: 1, channels: 1, bitsPerSample: 16, bytes: [0xFF, 0xFF])
    #expect(wide.rgba8().bytes == [255, 255, 255, 255])
  }

  @Test func srgbRoundTripsEveryCode() {
    for code in 0..<256 { #expect(SRGB.code(SRGB.linearOfCode[code]) == UInt8(code)) }
    #expect(abs(SRGB.decode(0.5) - 0.2140411) < 1e-6)
  }

  @Test func compositingMixesEncodedValues() {
    let image = Image(width: 1, height: 2, channels: 4, bytes: [200, 0, 0, 128, 9, 9, 9, 0])
    #expect(image.composited(over: [255, 255, 255]).bytes == [227, 127, 127, 255, 255, 255])
  }

  @Test func reducingKeepsMeanLight() {
    let checker = (0..<64).map { UInt8(($0 + $0 / 8) % 2 == 0 ? 255 : 0) }
    let image = Image(width: 8, height: 8, channels: 3, bytes: checker.flatMap { [$0, $0, $0] })
    // Half the light is code 188, not 128.
    #expect(image.reduced(toWidth: 4, height: 4).bytes.allSatisfy { $0 == 188 })
  }

  /// A flat and a run-length coded file of the same four colours.
  @Test func radianceFilesAreRead() throws {
    let header = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 8\n"
    let pixel: [UInt8] = [128, 64, 0, 129]
    let flat = Array(header.utf8) + Array(repeating: pixel, count: 8).flatMap { $0 }
    var coded = Array(header.utf8) + [2, 2, 0, 8]
    for component in pixel { coded += [128 + 8, component] }
    for file in [flat, coded] {
      let image = try ImageFile.decodeRadiance(file)
      #expect(image.width == 8 && image.height == 1)
      #expect(abs(image.pixels[3].x - 128.5 / 128) < 1e-6)
    }
    #expect(throws: ImagingError.self) { try ImageFile.decodeRadiance(Array(coded.dropLast(2))) }
    let huge = Array("#?RADIANCE\n\n-Y 100000 +X 100000\n".utf8)
    #expect(throws: ImagingError.self) { try ImageFile.decodeRadiance(huge) }
  }

  @Test func pngSuiteHasTheOutcomesItNames() throws {
    guard let folder = SharedData.path("formats/pngsuite") else { return }
    for name in try FileManager.default.contentsOfDirectory(atPath: folder)
    where name.hasSuffix(".png") {
      #expect(throws: Never.self, "\(name)") { try ImageFile.decode(contents(folder + "/" + name)) }
    }
    let broken = SharedData.folder! + "/malformed/pngsuite"
    for name in try FileManager.default.contentsOfDirectory(atPath: broken)
    where name.hasSuffix(".png") {
      #expect(throws: ImagingError.self, "\(name)") {
        try ImageFile.decode(contents(broken + "/" + name))
      }
    }
  }

  @Test(arguments: [
    "png/ihdr_2147483647.png", "png/bomb_30k.png", "png/zero_width.png", "png/truncated_idat.png",
    "png/bad_crc.png", "png/palette_missing.png", "jpg/dims_65500.jpg",
  ])
  func hostilePicturesAreRefused(_ name: String) {
    guard let path = SharedData.path("malformed/hostile/" + name) else { return }
    #expect(throws: ImagingError.self) { try ImageFile.decode(contents(path)) }
  }

  @Test(arguments: [(64, 32, 16), (100, 50, 30), (7, 3, 2), (5, 5, 8)])
  func averagingKeepsAllLight(_ width: Int, _ height: Int, _ limit: Int) {
    var draw = SeededGenerator(seed: 3)
    let pixels = (0..<width * height).map { _ in SIMD3<Float>(repeating: Float(draw.unit())) }
    let image = RadianceImage(width: width, height: height, pixels: pixels)
    let small = image.averaged(toWidth: limit)
    #expect(small.width <= max(limit, 1) && (width > limit || small == image))
    func mean(_ image: RadianceImage) -> Float {
      image.pixels.reduce(0) { $0 + $1.x } / Float(image.pixels.count)
    }
    #expect(abs(mean(small) - mean(image)) < 0.02)
  }

  /// A photograph stands as its camera noted: whatever way it was held, the red corner is on the left at the top.
  @Test(arguments: 1...8, [true, false])
  func photographsStandUpright(_ number: Int, _ isLittle: Bool) throws {
    // An upright picture of 32 x 16 with a red corner, as a camera held that way stores it.
    let (width, height) = number >= 5 ? (16, 32) : (32, 16)
    var bytes = [UInt8](repeating: 0, count: 3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let (across, down) =
          switch number {
          case 1: (x, y)
          case 2: (width - 1 - x, y)
          case 3: (width - 1 - x, height - 1 - y)
          case 4: (x, height - 1 - y)
          case 5: (y, x)
          case 6: (height - 1 - y, x)
          case 7: (height - 1 - y, width - 1 - x)
          default: (y, width - 1 - x)
          }
        if across < 8 && down < 8 { bytes[3 * (y * width + x)] = 255 }
      }
    }
    let stored = Image(width: width, height: height, channels: 3, bytes: bytes)
    var file = try ImageFile.encodeJPEG(stored, quality: 100)
    func digits(_ value: Int, _ count: Int) -> [UInt8] {
      let big = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
      return isLittle ? big.reversed() : big
    }
    let tiff =
      Array((isLittle ? "II" : "MM").utf8) + digits(42, 2) + digits(8, 4) + digits(1, 2)
      + digits(0x0112, 2) + digits(3, 2) + digits(1, 4) + digits(number, 2) + [0, 0] + digits(0, 4)
    let body = Array("Exif\0\0".utf8) + tiff
    let length = body.count + 2
    file.insert(
      contentsOf: [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 255)] + body, at: 2)
    #expect(try ImageFile.decode(file).image.width == width)
    let image = try ImageFile.decode(file, upright: true).image
    #expect(image.width == 32 && image.height == 16)
    func red(_ x: Int, _ y: Int) -> UInt8 { image.bytes[3 * (y * image.width + x)] }
    #expect(red(2, 2) > 200 && red(29, 2) < 50 && red(2, 13) < 50 && red(29, 13) < 50)
    // A note that is damaged turns nothing.
    for cut in 4..<40 {
      var broken = file
      broken[cut] = 0xFF
      _ = try? ImageFile.decode(broken, upright: true)
    }
  }
}
