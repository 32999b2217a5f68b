import Datasets
import Foundation
import Imaging
import Views
import Work

/// Every picture of a set is decoded: damaged ones, wrong sizes, and what is there twice.
enum PictureCheck {
  private struct Look {
    let size: SIMD2<Int>
    let digest: String
    /// Whether something stands at the border of the picture.
    let touches: Bool
    let isEmpty: Bool
    let problem: SetProblem?
  }

  static func check(_ set: inout ReadSet, _ findings: inout Findings, _ work: WorkContext) throws {
    let views = set.views
    let reader = set
    let looks = try parallelMap(count: views.count, work) { index -> Look in
      let look = look(at: views[index], reader)
      work.progress.update(Double(index) / Double(views.count))
      return look
    }
    for problem in looks.compactMap(\.problem) {
      findings.add(problem.code, problem.message, at: problem.place)
    }
    repeated(views, looks, &findings)
    for (index, look) in looks.enumerated() {
      let size = look.size
      // What cannot be looked at is compared with nothing.
      guard size.x > 0, size.y > 0 else {
        set.setIntrinsics(ofView: index, nil)
        continue
      }
      guard let lens = views[index].intrinsics else {
        guard set.kind == "zero123" else {
          findings.add(
            "no-lens", "the set tells no focal length that makes sense (fl_x, camera_angle_x)",
            at: views[index].name)
          continue
        }
        // Zero-1-to-3 tells no lens; its renderer's is this.
        set.setIntrinsics(
          ofView: index, Intrinsics(width: size.x, height: size.y, fieldOfView: 2 * atan(16.0 / 35))
        )
        continue
      }
      if lens.width == 0 || lens.height == 0 {
        set.setIntrinsics(ofView: index, completed(lens, size))
      } else if SIMD2(lens.width, lens.height) != size {
        set.setIntrinsics(ofView: index, nil)
        findings.add(
          "wrong-size",
          "the picture is \(size.x) x \(size.y) and should be \(lens.width) x \(lens.height)",
          at: views[index].name)
      }
      guard let told = set.views[index].intrinsics else { continue }
      let numbers = [told.focalX, told.focalY, told.centerX, told.centerY]
      guard numbers.allSatisfy({ $0.isFinite && abs($0) < 1e7 }), told.focalX > 0, told.focalY > 0
      else {
        set.setIntrinsics(ofView: index, nil)
        findings.add(
          "bad-lens", "the focal length or the middle of the picture makes no sense",
          at: views[index].name)
        continue
      }
      checkMiddle(set.views[index], &findings)
    }
    let touching = looks.indices.filter { looks[$0].touches }
    if let first = touching.first {
      findings.add(
        "touches-border", isError: false,
        "the object touches the border in \(touching.count) of \(views.count) views",
        at: views[first].name)
    }
    if let first = looks.firstIndex(where: { $0.isEmpty && $0.size.x > 0 }) {
      findings.add("empty-view", "nothing is seen in the view", at: views[first].name)
    }
  }

  /// A lens whose focal length was told for a width of one, or whose middle was not told.
  private static func completed(_ lens: Intrinsics, _ size: SIMD2<Int>) -> Intrinsics {
    let scale = lens.width == 0 && lens.focalX < 20 ? Double(size.x) : 1
    return Intrinsics(
      width: size.x, height: size.y, focalX: lens.focalX * scale, focalY: lens.focalY * scale,
      centerX: lens.centerX > 0.5 ? lens.centerX : Double(size.x) / 2,
      centerY: lens.centerY > 0.5 ? lens.centerY : Double(size.y) / 2)
  }

  /// A middle that is half a pixel off is the sign of pixels counted from their centres.
  private static func checkMiddle(_ view: ReadView, _ findings: inout Findings) {
    guard let lens = view.intrinsics,
      !findings.problems.contains(where: { $0.code == "half-pixel-center" })
    else { return }
    let off = SIMD2(Double(lens.width) / 2 - lens.centerX, Double(lens.height) / 2 - lens.centerY)
    if abs(abs(off.x) - 0.5) < 1e-3 && abs(abs(off.y) - 0.5) < 1e-3 {
      findings.add(
        "half-pixel-center", isError: false,
        "the optical axis is half a pixel beside the middle; loaders put pixel centres at 0.5 and want width / 2",
        at: view.name)
    }
  }

  private static func look(at view: ReadView, _ set: ReadSet) -> Look {
    do {
      let image = try set.image(view.image)
      let digest = try set.digest(view.image)
      var (touches, isEmpty) = (false, false)
      if image.hasAlpha && image.bitsPerSample == 8 {
        let (w, h, c) = (image.width, image.height, image.channels)
        func alpha(_ x: Int, _ y: Int) -> UInt8 { image.bytes[(y * w + x) * c + c - 1] }
        touches =
          (0..<w).contains { alpha($0, 0) > 127 || alpha($0, h - 1) > 127 }
          || (0..<h).contains { alpha(0, $0) > 127 || alpha(w - 1, $0) > 127 }
        isEmpty = !stride(from: c - 1, to: image.bytes.count, by: c).contains {
          image.bytes[$0] > 127
        }
      }
      return Look(
        size: SIMD2(image.width, image.height), digest: digest, touches: touches, isEmpty: isEmpty,
        problem: nil)
    } catch {
      let message = (error as? any ExplainedError)?.description ?? "\(error)"
      return Look(
        size: .zero, digest: "", touches: false, isEmpty: false,
        problem: SetProblem("damaged-picture", message, at: view.name))
    }
  }

  private static func repeated(
    _ views: [ReadView], _ looks: [Look], _ findings: inout Findings
  ) {
    var first: [String: Int] = [:]
    for (index, look) in looks.enumerated() where !look.digest.isEmpty && !look.isEmpty {
      guard let other = first[look.digest] else {
        first[look.digest] = index
        continue
      }
      let isSame = views[other].worldFromCamera == views[index].worldFromCamera
      findings.add(
        "repeated-view",
        isSame
          ? "the view is there twice: \(views[other].name) is the same picture from the same place"
          : "the picture is the same as \(views[other].name), which is taken from elsewhere",
        at: views[index].name)
    }
  }
}
