import Datasets
import LinearMath
import Views
import Work

/// Depth of a view against that of its neighbour, where there is no model to compare with: what one sees, the other
/// sees at the same place, if depth is planar, in the unit of the poses, and not inverted.
enum DepthAgreement {
  /// What depth could be instead.
  private enum Reading: CaseIterable {
    case planar, alongRay, thousandth, thousandfold, inverted

    var complaint: String {
      switch self {
      case .planar: ""
      case .alongRay: "depth is distance along the ray; loaders take it along the optical axis"
      case .thousandth: "depth is 1000 times too small for the poses: its unit is wrong"
      case .thousandfold: "depth is 1000 times too large for the poses: its unit is wrong"
      case .inverted: "depth is inverted: what is near has the larger value"
      }
    }
  }

  static func check(
    _ set: ReadSet, _ chosen: [Int], _ findings: inout Findings, _ work: WorkContext
  ) throws {
    guard set.views.contains(where: { $0.depth != nil }), set.views.count > 1 else { return }
    let shares = try parallelMap(count: chosen.count, work) { place in
      (try? agreement(set, chosen[place])) ?? []
    }.filter { !$0.isEmpty }
    guard !shares.isEmpty else { return }
    let means = Reading.allCases.indices.map { reading in
      shares.reduce(0) { $0 + $1[reading] } / Double(shares.count)
    }
    findings.set("depthAgreementPercent", means[0] * 100, digits: 1)
    let best = means.indices.max { means[$0] < means[$1] }!
    if means[best] > 0.25 && means[best] > 1.5 * means[0] + 0.1 {
      findings.add("wrong-depth", Reading.allCases[best].complaint, at: set.views[chosen[0]].name)
    } else if means[best] < 0.1 {
      findings.add(
        "depth-disagrees", isError: false,
        "what one view sees, its neighbours see at other depths: unit, kind or poses are wrong, or the views share little",
        at: set.views[chosen[0]].name)
    }
  }

  /// For each reading, which part of what both see agrees.
  private static func agreement(_ set: ReadSet, _ index: Int) throws -> [Double] {
    let view = set.views[index]
    let back = view.worldFromCamera.linear.columns.2
    let others = set.views.indices.filter { $0 != index && set.views[$0].depth != nil }
    guard
      let nearest = others.max(by: {
        back.dot(set.views[$0].worldFromCamera.linear.columns.2)
          < back.dot(set.views[$1].worldFromCamera.linear.columns.2)
      }), let camera = view.camera, let other = set.views[nearest].camera,
      let depth = try set.depth(of: view), let seen = try set.depth(of: set.views[nearest])
    else { return [] }
    let limits = [depth, seen].map { numbers -> (Double, Double) in
      let there = numbers.filter { $0 > 0 && $0.isFinite }
      return (Double(there.min() ?? 0), Double(there.max() ?? 0))
    }
    return Reading.allCases.map { reading in
      share(camera, depth, other, seen) { value, camera, pixel, isFirst in
        let range = limits[isFirst ? 0 : 1]
        switch reading {
        case .planar: return value
        case .alongRay: return value / slant(camera, pixel)
        case .thousandth: return value * 1000
        case .thousandfold: return value / 1000
        case .inverted: return range.0 + range.1 - value
        }
      }
    }
  }

  /// How much longer the ray through a pixel is than its part along the axis.
  private static func slant(_ camera: Camera, _ pixel: SIMD2<Double>) -> Double {
    let lens = camera.intrinsics
    let way = SIMD3(
      (pixel.x - lens.centerX) / lens.focalX, (pixel.y - lens.centerY) / lens.focalY, 1)
    return way.length
  }

  private static func share(
    _ camera: Camera, _ depth: [Float], _ other: Camera, _ seen: [Float],
    _ read: (Double, Camera, SIMD2<Double>, Bool) -> Double
  ) -> Double {
    let (lens, far) = (camera.intrinsics, other.intrinsics)
    guard depth.count == lens.width * lens.height, seen.count == far.width * far.height else {
      return 0
    }
    let step = max(1, lens.width / 60)
    var (agree, all) = (0, 0)
    for y in stride(from: step / 2, to: lens.height, by: step) {
      for x in stride(from: step / 2, to: lens.width, by: step) {
        let stored = Double(depth[y * lens.width + x])
        guard stored > 0, stored.isFinite else { continue }
        all += 1
        let pixel = SIMD2(Double(x) + 0.5, Double(y) + 0.5)
        let planar = read(stored, camera, pixel, true)
        let way = SIMD3(
          (pixel.x - lens.centerX) / lens.focalX, -(pixel.y - lens.centerY) / lens.focalY, -1)
        let place = camera.worldFromCamera.transform(point: way * planar)
        let (target, expected) = other.project(place)
        guard expected > 0, target.x >= 0, target.y >= 0, target.x < Double(far.width),
          target.y < Double(far.height)
        else { continue }
        let value = Double(seen[Int(target.y) * far.width + Int(target.x)])
        guard value > 0, value.isFinite else { continue }
        let found = read(value, other, target, false)
        if abs(found - expected) < 0.004 * expected { agree += 1 }
      }
    }
    return all > 30 ? Double(agree) / Double(all) : 0
  }
}
