import Datasets
import Imaging
import LinearMath
import Settings
import Work

/// How alpha is stored, read off the edges of the object: there straight colours are like those beside them, and
/// premultiplied ones darken with alpha.
enum AlphaCheck {
  private struct Edge {
    var pixels = 0
    /// Slope of a pixel's brightness, as a part of that beside it, over alpha.
    var slope = 0.0
    var brightness = 0.0
    var partial = 0
    var covered = 0
    var largestBelow = 0
  }

  static func check(
    _ set: ReadSet, _ chosen: [Int], _ findings: inout Findings, _ work: WorkContext
  ) throws {
    let edges = try parallelMap(count: chosen.count, work) { place -> Edge? in
      guard let image = try? set.image(set.views[chosen[place]].image), image.channels == 4,
        image.bitsPerSample == 8
      else { return nil }
      return edge(image)
    }.compactMap(\.self)
    guard !edges.isEmpty else { return findings.set("alpha", "none") }
    let place = set.views[chosen[0]].name
    let clear = edges.filter { $0.pixels > 50 }
    let slope = median(clear.map(\.slope))
    let reading = slope.map { $0 > 0.6 ? "premultiplied" : $0 < 0.35 ? "straight" : "unclear" }
    findings.set("alpha", .string(reading ?? "unclear"))
    if reading == "premultiplied" {
      findings.add(
        "premultiplied-alpha",
        "colours are multiplied by alpha already; every loader does it again, which leaves dark fringes",
        at: place)
    }
    if let brightness = median(clear.map(\.brightness)), brightness > 1.25 {
      findings.add(
        "bright-fringe", isError: false, "edges are much brighter than the object beside them",
        at: place)
    }
    if edges.allSatisfy({ $0.partial * 10_000 < $0.covered }) {
      findings.add(
        "hard-edges", isError: false, "alpha has no values between: edges are not smooth", at: place
      )
    }
    if let below = edges.map(\.largestBelow).max(), below > 0 {
      findings.add(
        "color-below-alpha", isError: false,
        "colours stand where alpha is 0 (up to \(below)); loaders that drop alpha show them",
        at: place)
    }
  }

  private static func edge(_ image: Image) -> Edge {
    let (w, h) = (image.width, image.height)
    var edge = Edge()
    var (sumX, sumY, sumXX, sumXY) = (0.0, 0.0, 0.0, 0.0)
    var ratios: [Double] = []
    func bytes(_ x: Int, _ y: Int) -> Int { 4 * (y * w + x) }
    for y in 0..<h {
      for x in 0..<w {
        let at = bytes(x, y)
        let alpha = image.bytes[at + 3]
        if alpha == 0 {
          for channel in 0..<3 {
            edge.largestBelow = max(edge.largestBelow, Int(image.bytes[at + channel]))
          }
          continue
        }
        edge.covered += 1
        if alpha == 255 { continue }
        edge.partial += 1
        guard alpha > 25, alpha < 230, x > 1, y > 1, x < w - 2, y < h - 2 else { continue }
        var (sum, count) = (0, 0)
        for dy in -2...2 {
          for dx in -2...2 where image.bytes[bytes(x + dx, y + dy) + 3] == 255 {
            let beside = bytes(x + dx, y + dy)
            for channel in 0..<3 { sum += Int(image.bytes[beside + channel]) }
            count += 3
          }
        }
        guard count >= 9, sum > 24 * count else { continue }
        var own = 0
        for channel in 0..<3 { own += Int(image.bytes[at + channel]) }
        let ratio = min(3, Double(own) / 3 / (Double(sum) / Double(count)))
        let share = Double(alpha) / 255
        ratios.append(ratio)
        sumX += share
        sumY += ratio
        sumXX += share * share
        sumXY += share * ratio
      }
    }
    let n = Double(ratios.count)
    edge.pixels = ratios.count
    let spread = n * sumXX - sumX * sumX
    if spread > 0 { edge.slope = (n * sumXY - sumX * sumY) / spread }
    edge.brightness = median(ratios) ?? 1
    return edge
  }
}
