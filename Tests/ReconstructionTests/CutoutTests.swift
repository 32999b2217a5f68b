import Imaging
import Reconstruction
import Testing

/// The object of one opaque picture, found by its colors.
@Suite struct CutoutTests {
  /// A striped disc before a wall that gets darker downwards; nothing is exactly of one color.
  private static func picture(noise: Int) -> (image: Image, inside: [Bool]) {
    let (width, height) = (240, 200)
    var image = Image(width: width, height: height, filledWith: [0, 0, 0, 255])
    var inside = [Bool](repeating: false, count: width * height)
    var state: UInt32 = 7
    for y in 0..<height {
      for x in 0..<width {
        state = state &* 1_664_525 &+ 1_013_904_223
        let jitter = noise == 0 ? 0 : Int(state >> 16) % (2 * noise + 1) - noise
        let (dx, dy) = (x - 125, y - 105)
        let at = y * width + x
        inside[at] = dx * dx + dy * dy < 60 * 60
        let color =
          inside[at] ? (x / 12 % 2 == 0 ? [170, 60, 40] : [230, 190, 60]) : [225, 228, 232]
        for channel in 0..<3 {
          let value = color[channel] - (inside[at] ? 0 : y / 8) + jitter
          image.bytes[4 * at + channel] = UInt8(min(max(value, 0), 255))
        }
      }
    }
    return (image, inside)
  }

  @Test(arguments: [0, 6]) func aThingBeforeAWallIsCutOut(_ noise: Int) throws {
    let (image, inside) = Self.picture(noise: noise)
    #expect(Cutout.isNeeded(for: image))
    let cut = try Cutout.applied(to: image, name: "disc")
    #expect(!Cutout.isNeeded(for: cut))
    let found = inside.indices.map { cut.bytes[4 * $0 + 3] > 127 }
    let both = zip(found, inside).count { $0 && $1 }
    let either = zip(found, inside).count { $0 || $1 }
    #expect(Double(both) / Double(either) > 0.97)
    // Its colors are as they were.
    let middle = 4 * (105 * 240 + 125)
    #expect(cut.bytes[middle..<middle + 3] == image.bytes[middle..<middle + 3])
  }

  @Test func aWallAloneIsRefused() {
    let wall = Image(width: 100, height: 100, filledWith: [200, 200, 200, 255])
    #expect(throws: ReconstructionError.self) { _ = try Cutout.applied(to: wall, name: "wall") }
  }
}
