# Writes into FOLDER what REPRODUCE says of itself: man/*.1.gz and a completion for each shell; and the
# changelog, packed. gzip without a name or a time, so that the same binary gives the same files.
cmake_minimum_required(VERSION 3.25)

# say FILE WORD...: what `reproduce WORD...` prints.
function(say file)
  execute_process(COMMAND ${REPRODUCE} ${ARGN} OUTPUT_FILE ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER}/man)
foreach(shell IN ITEMS bash zsh fish)
  say(${FOLDER}/reproduce.${shell} completion ${shell})
endforeach()
say(${FOLDER}/man/reproduce.1 help --man)
execute_process(COMMAND ${REPRODUCE} help --verbs OUTPUT_VARIABLE verbs COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[a-z]+" verbs "${verbs}")
foreach(verb IN LISTS verbs)
  say(${FOLDER}/man/reproduce-${verb}.1 help --man ${verb})
endforeach()

file(COPY ${CMAKE_CURRENT_LIST_DIR}/changelog DESTINATION ${FOLDER})
file(GLOB pages ${FOLDER}/man/*.1)
execute_process(COMMAND gzip -9n ${pages} ${FOLDER}/changelog COMMAND_ERROR_IS_FATAL ANY)
file(TOUCH ${FOLDER}/stamp)
