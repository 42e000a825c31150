#include "reproduce/sandbox/confine.hpp"

#include <algorithm>
#include <csignal>
#include <exception>
#include <initializer_list>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include "apply.hpp"
#include "process.hpp"

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/sandbox/message.hpp"

namespace reproduce::sandbox {
namespace {

constexpr const char* bug_hint = "this is a bug in reproduce; please report it";

void enter(Report& report, const std::string& part, const Trouble& trouble) {
  if (trouble)
    report.missing.push_back(part + ": " + *trouble);
  else
    report.in_force.push_back(part);
}

/// Applies everything to this process. Opens first, because later it cannot; filters last, because
/// the filter forbids what the other steps do.
Report confine(const Confinement& confinement, std::initializer_list<int> pipes, pid_t parent) {
  Report report;
  std::vector<int> kept = confinement.descriptors;
  for (const int pipe : pipes)
    if (pipe >= 0) kept.push_back(pipe);
  enter(report, "closed descriptors", close_descriptors(kept));
  enter(report, "no core files", forbid_core_files());
  enter(report, "network name space", apply_network_name_space());
  enter(report, "no new privileges", apply_no_new_privileges());
  const LandlockOutcome landlock = apply_landlock(confinement.inputs, confinement.scratch);
  const std::string version = " (ABI " + std::to_string(landlock.abi) + ")";
  enter(report, "landlock" + (landlock.trouble ? "" : version), landlock.trouble);
  enter(report, "dropped capabilities", drop_capabilities());
  die_with(parent);
  const Trouble filter = apply_filter(landlock.abi);
  enter(report, "seccomp", filter);
  if (confinement.mode == Mode::require && (landlock.trouble || filter)) {
    std::string missing = "no";
    if (landlock.trouble) missing += " landlock: " + *landlock.trouble;
    if (landlock.trouble && filter) missing += ", no";
    if (filter) missing += " seccomp: " + *filter;
    throw Error(ErrorKind::environment, "this machine cannot confine the work",
                {.expected = "landlock and seccomp",
                 .got = missing,
                 .hint = "use a kernel that has them (Linux 5.13 with landlock enabled), or "
                         "--sandbox=auto to work with what is there"});
  }
  return report;
}

/// Whatever is being thrown, as an Error.
Error current_error() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return {ErrorKind::environment, "out of memory"};
  } catch (const std::exception& exception) {
    return {ErrorKind::bug, std::string("unexpected: ") + exception.what(), {.hint = bug_hint}};
  } catch (...) {
    return {ErrorKind::bug, "unexpected: an exception of unknown type", {.hint = bug_hint}};
  }
}

void send_result(MessageWriter& writer, ByteView result) {
  while (!result.empty()) {
    const ByteView piece = result.first(std::min<std::size_t>(result.size(), largest_payload));
    writer.send(MessageKind::result, piece);
    result = result.subspan(piece.size());
  }
  writer.send(MessageKind::end, {});
}

using Work = std::function<Bytes(const Progress&, const Ask&)>;

/// The child's ends of its two pipes.
struct ChildPipes {
  UniqueFd out;  ///< to the parent
  UniqueFd in;   ///< answers; none for work that has nobody to ask
};

/// Asks the parent. One question at a time: whoever asks waits for the answer.
Bytes ask_parent(MessageWriter& out, std::optional<MessageReader>& in, ByteView question) {
  if (!in) throw Error(ErrorKind::bug, "there is nobody to answer questions", {.hint = bug_hint});
  out.send(MessageKind::question, question);
  const std::optional<Message> message = in->next();
  if (!message) throw Error(ErrorKind::environment, "the parent process gives no answer");
  if (message->kind == MessageKind::failure) throw Error(decode_error(message->payload));
  return message->payload;
}

/// The child, from its first to its last instruction. It must not return: what stands above on
/// the stack belongs to the parent.
[[noreturn]] void run_child(const Confinement& confinement, const Work& work, ChildPipes pipes,
                            bool tells_progress, pid_t parent) noexcept {
  open_standard_descriptors();
  const int out = pipes.out.get();
  const int in = pipes.in.get();
  MessageWriter writer(std::move(pipes.out));
  std::optional<MessageReader> reader;
  if (in >= 0) reader.emplace(std::move(pipes.in));
  try {
    try {
      writer.send(MessageKind::report, encode_report(confine(confinement, {out, in}, parent)));
      const Progress tell = [&writer, tells_progress](std::uint64_t done) {
        if (!tells_progress) return;
        ByteWriter number;
        number.write(done);
        writer.send(MessageKind::progress, number.view());
      };
      const Ask ask = [&](ByteView question) { return ask_parent(writer, reader, question); };
      const Bytes result = work(tell, ask);
      send_result(writer, result);
    } catch (...) {
      writer.send(MessageKind::failure, encode_error(current_error()));
    }
  } catch (...) {
    ::_exit(1);  // not even that could be said
  }
  ::_exit(0);
}

/// Answers a child's questions. Keeps the child's end of the pipe open too, so that writing to a
/// child that has died is no signal to this process.
class Answerer {
 public:
  Answerer(const Ask& answer, UniqueFd write_end, UniqueFd read_end)
      : answer_(answer), writer_(std::move(write_end)), read_end_(std::move(read_end)) {}

  void reply(ByteView question) {
    // A pipe holds as much without a reader (pipe(7)), so that this never waits for the child.
    constexpr std::size_t largest_answer = (std::size_t{1} << 16) - 64;
    try {
      const Bytes answer = answer_(question);
      if (answer.size() > largest_answer)
        throw Error(ErrorKind::bug, "an answer is too large", {.hint = bug_hint});
      writer_.send(MessageKind::result, answer);
    } catch (const Error& error) {
      Bytes failure = encode_error(error);
      if (failure.size() > largest_answer)
        failure = encode_error(Error(error.kind(), std::string(error.what()).substr(0, 4096)));
      writer_.send(MessageKind::failure, failure);
    }
  }

 private:
  const Ask& answer_;  // the caller's, who waits
  MessageWriter writer_;
  UniqueFd read_end_;
};

/// What the child says, put together.
class Answer {
 public:
  Answer(std::uint64_t result_limit, const Progress& progress, std::optional<Answerer>& answerer)
      : result_limit_(result_limit), progress_(progress), answerer_(answerer) {}

  void take(Message&& message) {
    if (finished_) throw_out_of_order();
    const bool is_first = !std::exchange(started_, true);
    switch (message.kind) {
      case MessageKind::report:
        if (!is_first) throw_out_of_order();
        outcome_.report = decode_report(message.payload);
        return;
      case MessageKind::failure:
        failure_ = decode_error(message.payload);
        finished_ = true;
        return;
      case MessageKind::progress:
        if (is_first) throw_out_of_order();
        if (progress_) progress_(decode_progress(message.payload));
        return;
      case MessageKind::result:
        if (is_first) throw_out_of_order();
        append(message.payload);
        return;
      case MessageKind::end:
        if (is_first) throw_out_of_order();
        finished_ = true;
        return;
      case MessageKind::question:
        if (is_first || !answerer_) throw_out_of_order();
        answerer_->reply(message.payload);
        return;
    }
    throw_out_of_order();
  }

  /// What was said does not count: it broke off amid a message.
  void forget() { finished_ = false; }

  /// `status`: how the child ended, as waitpid(2) has it.
  [[nodiscard]] Outcome finish(int status) && {
    if (WIFSIGNALED(status)) throw_killed(WTERMSIG(status));
    if (!finished_ || status != 0)
      throw Error(ErrorKind::bug, "the confined work ended without an answer",
                  {.got = "exit status " + std::to_string(WEXITSTATUS(status)), .hint = bug_hint});
    if (failure_) throw Error(*failure_);
    return std::move(outcome_);
  }

 private:
  [[noreturn]] static void throw_out_of_order() {
    throw Error(ErrorKind::bug, "the confined work sent a message at the wrong time",
                {.hint = bug_hint});
  }

  [[noreturn]] static void throw_killed(int signal) {
    const bool from_outside = signal == SIGKILL || signal == SIGTERM || signal == SIGINT ||
                              signal == SIGHUP || signal == SIGQUIT || signal == SIGXCPU ||
                              signal == SIGXFSZ || signal == SIGPIPE;
    std::string hint = from_outside ? "somebody ended it, or a limit of the system did" : bug_hint;
    if (signal == SIGKILL) hint += "; when memory is short, Linux ends processes this way";
    throw Error(from_outside ? ErrorKind::environment : ErrorKind::bug,
                "the confined work was ended by " + signal_name(signal), {.hint = hint});
  }

  void append(ByteView piece) {
    Bytes& result = outcome_.result;
    if (piece.size() > result_limit_ - result.size())
      throw Error(ErrorKind::bug, "the result of the confined work is too large",
                  {.expected = "at most " + counted(result_limit_, "byte"), .hint = bug_hint});
    result.insert(result.end(), piece.begin(), piece.end());
  }

  std::uint64_t result_limit_;
  const Progress& progress_;  // the caller's, who waits for the answer
  std::optional<Answerer>& answerer_;
  Outcome outcome_{};
  std::optional<Error> failure_{};
  bool started_ = false;
  bool finished_ = false;
};

}  // namespace

Outcome run_confined(const Confinement& confinement,
                     const std::function<Bytes(const Progress&)>& work, const Progress& progress) {
  return run_confined(
      confinement, Help{},
      [&work](const Progress& tell, const Ask& /*nothing*/) { return work(tell); }, progress);
}

Outcome run_confined(const Confinement& confinement, const Help& help, const Work& work,
                     const Progress& progress) {
  if (confinement.mode == Mode::off) {
    if (help.prepare) help.prepare();
    return {.result = work(
                progress ? progress : [](std::uint64_t) {}, help.answer),
            .report = {}};
  }
  Pipe pipe = make_pipe();
  Pipe answers = help.answer ? make_pipe() : Pipe{};
  const pid_t parent = ::getpid();
  const pid_t pid = fork_process();
  if (pid == 0)
    run_child(confinement, work,
              {.out = std::move(pipe.write_end), .in = std::move(answers.read_end)},
              /*tells_progress=*/static_cast<bool>(progress), parent);
  ChildProcess child(pid);
  pipe.write_end = UniqueFd();
  if (help.prepare) help.prepare();
  MessageReader reader(std::move(pipe.read_end));
  std::optional<Answerer> answerer;
  if (help.answer)
    answerer.emplace(help.answer, std::move(answers.write_end), std::move(answers.read_end));
  Answer answer(confinement.result_limit, progress, answerer);
  while (std::optional<Message> message = reader.next()) answer.take(std::move(*message));
  const int status = child.wait();
  if (reader.was_cut_short()) answer.forget();
  return std::move(answer).finish(status);
}

}  // namespace reproduce::sandbox
