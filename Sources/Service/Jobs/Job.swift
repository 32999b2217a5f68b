import Foundation
import Settings

/// A unit of paid work, as the store keeps it.
struct Job: Sendable {
  enum State: String, Sendable {
    case queued, running, succeeded, failed, cancelled, expired

    var isTerminal: Bool { self != .queued && self != .running }
  }

  /// How far a running job is, as clients see it. It never goes back, also where work starts again.
  enum Phase: Int, Sendable, Comparable {
    case waiting, poster, posterDone, main

    static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
  }

  /// Whose fault a failure is.
  enum ErrorKind: String, Sendable {
    /// The user's data.
    case input
    /// Ours.
    case system
  }

  struct Failure: Sendable, Equatable {
    let kind: ErrorKind
    let code, message: String
  }

  var id = Identifier.ordered()
  var publicID = Identifier.short()
  let account, dialect, kind: String
  var model: String?
  var batch: String?
  /// What was asked for, in the words of the dialect.
  var request: JSONValue
  /// A `JobPlan` as it is kept: only workers read it.
  var planText: String
  /// Blobs that it reads, kept until it has ended.
  var inputs: [String] = []
  /// Who is told of it.
  var webhook: Webhook?
  var state = State.queued
  var phase = Phase.waiting
  var progress = 0
  var attempt = 0
  var crashes = 0
  var priority = 0
  var price = 0
  var unit: String
  var result = JSONValue.null
  var failure: Failure?
  var created = Clock.now()
  var finished: Int?

  var plan: JobPlan {
    get throws { JobPlan(try JSONValue(parsing: Data(planText.utf8))) }
  }

  /// An address that is told how the job ends, or all along.
  struct Webhook: Sendable {
    let url: String
    let isSync: Bool
  }

  /// A file that a job made.
  struct Output: Sendable, Equatable {
    let role, blob, name, mediaType: String
    let bytes: Int
  }
}
