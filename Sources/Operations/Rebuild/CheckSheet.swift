import Imaging
import Reconstruction

/// Pictures above, what was drawn below, for a few views.
enum CheckSheet {
  static func make(_ views: [SourceView], _ scores: [ViewScore]) -> Image {
    let count = min(4, views.count)
    let chosen = (0..<count).map { $0 * views.count / count }
    let size = chosen.reduce(SIMD2(0, 0)) {
      SIMD2(max($0.x, views[$1].image.width), max($0.y, views[$1].image.height))
    }
    var sheet = Image(
      width: size.x * count, height: size.y * 2, channels: 3,
      bytes: Array(repeating: 255, count: 6 * size.x * size.y * count))
    for (column, index) in chosen.enumerated() {
      for (row, image) in [views[index].colors, scores[index].drawn].enumerated() {
        sheet.paste(
          image.composited(over: [255, 255, 255]), x: column * size.x, y: row * size.y)
      }
    }
    return sheet
  }
}
